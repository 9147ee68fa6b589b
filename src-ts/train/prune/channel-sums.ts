import type { LayersModel } from '@tensorflow/tfjs-layers'
import { valuesOf, type Weight, weightsOf } from '../model-weights.ts'
import { layerOf } from './masks.ts'

/**
 * Returns, for each layer, the sum of the values of its weights over each channel that it makes: filters are columns of Keras' kernels, vectors
 * have a value a channel. Depthwise kernels, whose channels lie across, count nothing.
 */
export function perChannel(weights: readonly Weight[], values: readonly Float32Array[]): Map<string, Float64Array> {
  const sums = new Map<string, Float64Array>()
  for (const [i, { name, shape }] of weights.entries()) {
    if (name.endsWith('depthwise_kernel')) continue
    const width = shape.at(-1)!
    const sum = sums.get(layerOf({ name })) ?? new Float64Array(width)
    for (const [at, value] of values[i].entries()) sum[at % width] += value
    sums.set(layerOf({ name }), sum)
  }
  return sums
}

/** Returns the sums of the magnitudes (L1) of some weights of a model, by default its filters. */
export function magnitudes(model: LayersModel, of = (weight: Weight) => weight.kernel): Map<string, Float64Array> {
  const weights = weightsOf(model).filter(of)
  return perChannel(
    weights,
    weights.map(({ variable }) => valuesOf(variable).map(Math.abs)),
  )
}
