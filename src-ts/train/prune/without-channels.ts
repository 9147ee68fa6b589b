import type { io } from '@tensorflow/tfjs'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { valuesOf, type Weight, weightsOf } from '../model-weights.ts'
import type { Tf } from '../tf.ts'
import type { Coupling, LayerChannels } from './coupling.ts'
import { layerOf } from './masks.ts'

/** A layer in the JSON of a model, as far as widths are concerned. */
interface LayerJson {
  readonly config: { readonly name: string; filters?: number; units?: number; target_shape?: (number | null)[] }
}

/** Returns a model of the same layers without some groups of channels, with copies of the weights that are left. */
export async function withoutChannels(
  tf: Tf,
  model: LayersModel,
  { layers }: Coupling,
  gone: ReadonlySet<number>,
): Promise<LayersModel> {
  const byName = new Map(layers.map(layer => [layer.name, layer]))
  const topology = JSON.parse(model.toJSON(null, true) as string)
  for (const { config } of topology.config.layers as LayerJson[]) {
    const layer = byName.get(config.name)
    if (!layer?.outputs.some(group => gone.has(group))) continue
    const width = layer.outputs.filter(group => !gone.has(group)).length
    if (config.filters) config.filters = width
    if (config.units) config.units = width
    if (config.target_shape) config.target_shape = [...config.target_shape.slice(0, -1), width]
  }
  const kept = weightsOf(model).map(weight => withoutGone(weight, byName.get(layerOf(weight))!, gone))
  const artifacts: io.ModelArtifacts = {
    modelTopology: topology,
    weightSpecs: kept.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
    weightData: Uint8Array.from(Buffer.concat(kept.map(({ values }) => new Uint8Array(values.buffer)))).buffer,
  }
  return tf.loadLayersModel(tf.io.fromMemory(artifacts))
}

/** A weight without the channels that are gone. */
function withoutGone({ name, shape, variable }: Weight, layer: LayerChannels, gone: ReadonlySet<number>) {
  const along = axes(name, shape.length).map(({ axis, side }) => {
    const alive = layer[side].map(group => !gone.has(group))
    return { axis, alive, stride: shape.slice(axis + 1).reduce((product, n) => product * n, 1) }
  })
  const values = valuesOf(variable).filter((_, i) =>
    along.every(({ axis, alive, stride }) => alive[Math.floor(i / stride) % shape[axis]]),
  )
  const left = shape.map((n, axis) => along.find(each => each.axis === axis)?.alive.filter(Boolean).length ?? n)
  return { name, shape: left, values }
}

/** Which axes of a weight are channels that its layer reads or makes: Keras' kernels are [...window, inputs, outputs], all else ends in outputs. */
function axes(name: string, rank: number): { axis: number; side: 'inputs' | 'outputs' }[] {
  if (!name.endsWith('kernel')) return [{ axis: rank - 1, side: 'outputs' }]
  const inputs = { axis: rank - 2, side: 'inputs' } as const
  return name.endsWith('depthwise_kernel') ? [inputs] : [inputs, { axis: rank - 1, side: 'outputs' }]
}
