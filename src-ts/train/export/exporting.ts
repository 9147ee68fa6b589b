import type { layers } from '@tensorflow/tfjs-layers'
import type { Attrs, Shape } from '../../ir/graph.ts'

export type Layer = layers.Layer

/** How layers of one kind become nodes: one file, one line in export/index.ts. */
export interface LayerExport {
  /** kebab-case, equal to the file's name. */
  readonly name: string
  /** Keras class names of the layers. */
  readonly layers: readonly string[]
  /** Adds the layer's nodes and returns the tensor of its result. */
  export(layer: Layer, to: Exporting): number
}

/** What a layer's exporter may do. Tensors are named by their index. */
export interface Exporting {
  /** Inputs of this call of the layer, and their shapes in the graph. */
  readonly inputs: readonly number[]
  readonly inputShapes: readonly Shape[]
  readonly outputShape: Shape
  /** Ranks that Keras sees, the batch axis included: [1, 1, T, C] is its [null, T, C], [1, H, W, C] its [null, H, W, C]. */
  readonly inputRanks: readonly number[]
  readonly outputRank: number
  /** True when the layer's result is an output of the model. */
  readonly last: boolean
  /** Adds a constant, named `<layer>/<role>`. */
  constant(role: string, shape: Shape, data: Float32Array | Int32Array): number
  /** Adds a tensor of the layer's shape that no node computes: an input of the model. */
  placeholder(): number
  /** Adds a node with one output, of the layer's shape where none is given, and returns its tensor. */
  node(op: string, attrs: Attrs, inputs: readonly number[], shape?: Shape): number
  /** Notes why this layer cannot be exported; all reasons of a model are reported at once. */
  refuse(reason: string): void
}

/** Returns the settings that a layer was made with. */
export function settings(layer: Layer): Record<string, any> {
  return layer.getConfig()
}

/** Returns copies of a layer's weights, in its order. */
export function weights(layer: Layer): Float32Array[] {
  return layer.getWeights().map(tensor => Float32Array.from(tensor.dataSync()))
}

/** Returns a setting of a window along height and width; layers of time have the height 1. */
export function alongPlane(value: number | readonly number[], rank: number): { height: number; width: number } {
  if (typeof value === 'number') return { height: rank === 4 ? value : 1, width: value }
  return value.length === 2 ? { height: value[0], width: value[1] } : { height: 1, width: value[0] }
}

/** Returns a [rows, columns] matrix as [columns, rows]: Keras has output channels last, TFLite first. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]
  return out
}

/** Refuses what TFLite's windows do not have: causal padding, channels in front. */
export function checkWindow({ padding, dataFormat }: Record<string, any>, to: Exporting): void {
  if (padding !== 'same' && padding !== 'valid') to.refuse(`padding ${padding}`)
  if (dataFormat === 'channelsFirst') to.refuse('channels first')
}
