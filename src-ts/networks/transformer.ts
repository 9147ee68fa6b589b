import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import type { Layers } from './network.ts'

/** An encoder block over [places, width]. */
export interface Encoder {
  readonly width: number
  readonly heads: number
  /** Numbers in the middle of its two dense layers. */
  readonly hidden: number
  /** Normalization before each half, and what stands between the dense layers. */
  norm(x: SymbolicTensor, name: string): SymbolicTensor
  activation(x: SymbolicTensor, name: string): SymbolicTensor
  /** The next seed of the network's stream. */
  draw(): number
}

/**
 * Adds a pre-norm encoder block: attention, then two dense layers, each added to what came in (Vaswani et al., NIPS 2017; pre-norm as in
 * Dosovitskiy et al., ICLR 2021). Queries, keys and values of a head are convolutions of one place of its own, so that attention needs no
 * transpose.
 */
export function encoder(
  { layers, initializers }: Layers,
  x: SymbolicTensor,
  name: string,
  { width, heads, hidden, norm, activation, draw }: Encoder,
): SymbolicTensor {
  const depth = width / heads
  /** A dense layer on each place. `scale` multiplies the variance of the first weights. */
  const dense = (x: SymbolicTensor, name: string, filters: number, scale = 1) => {
    const kernelInitializer = initializers.varianceScaling({
      scale,
      mode: 'fanAvg',
      distribution: 'uniform',
      seed: draw(),
    })
    return layers.conv1d({ name, filters, kernelSize: 1, kernelInitializer }).apply(x) as SymbolicTensor
  }
  const dot = (a: SymbolicTensor, b: SymbolicTensor, name: string, axes: number | [number, number]) =>
    layers.dot({ name, axes }).apply([a, b]) as SymbolicTensor
  const add = (a: SymbolicTensor, b: SymbolicTensor, name: string) =>
    layers.add({ name }).apply([a, b]) as SymbolicTensor
  const attend = (x: SymbolicTensor, name: string) => {
    // The first weights of the queries contain the division by √depth, which they then learn.
    const query = dense(x, `${name}-query`, depth, 1 / depth)
    const scores = dot(query, dense(x, `${name}-key`, depth), `${name}-scores`, 2)
    const shares = layers.softmax({ name: `${name}-shares`, axis: 2 }).apply(scores) as SymbolicTensor
    return dot(shares, dense(x, `${name}-value`, depth), name, [2, 1])
  }
  const normed = norm(x, `${name}-attention-norm`)
  const all = Array.from({ length: heads }, (_, i) => attend(normed, `${name}-head${i + 1}`))
  const joined = layers.concatenate({ name: `${name}-heads` }).apply(all) as SymbolicTensor
  const attended = add(x, dense(joined, `${name}-project`, width), `${name}-attended`)
  const widened = activation(dense(norm(attended, `${name}-dense-norm`), `${name}-hidden`, hidden), `${name}-hidden`)
  return add(attended, dense(widened, `${name}-narrow`, width), name)
}
