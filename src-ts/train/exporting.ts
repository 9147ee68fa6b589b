import type { Attrs, Shape } from '../ir/graph.ts'

/** What a layer's exporter may do. Tensors are named by their index. */
export interface Exporting {
  /** Inputs of this call of the layer, and their shapes as they stand in the graph. */
  readonly inputs: readonly number[]
  readonly inputShapes: readonly Shape[]
  readonly outputShape: Shape
  /** True when the layer's result is an output of the model. */
  readonly last: boolean
  /** Adds a constant, named `<layer>/<role>`. */
  constant(role: string, shape: Shape, data: Float32Array | Int32Array): number
  /** Adds a tensor of the layer's shape that no node computes: an input of the model. */
  placeholder(): number
  /** Adds a node with one output of the layer's shape and returns its tensor. */
  node(op: string, attrs: Attrs, inputs: readonly number[]): number
  /** Notes why this layer cannot be exported; all reasons of a model are reported at once. */
  refuse(reason: string): void
}
