import type { Tensor, Variable } from '@tensorflow/tfjs'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Tf } from './tf.ts'

/** Values of weights by name, in the order of the model. */
export type Values = ReadonlyMap<string, Float32Array>

/** One weight of a model. */
export interface Weight {
  /** `<layer>/<role>`, as in model.json; the same in every copy of the model. */
  readonly name: string
  readonly shape: readonly number[]
  readonly trainable: boolean
  /** True for kernels of convolutions and dense layers: what decays and what is pruned. */
  readonly kernel: boolean
  readonly variable: Variable
}

/** Returns the weights of a model, moving statistics of batch norm included. */
export function weightsOf(model: LayersModel): Weight[] {
  const trainable = new Set(model.trainableWeights)
  return model.weights.map(weight => ({
    // `name` is made unique within the process, `originalName` is the one that is saved.
    name: weight.originalName,
    shape: weight.shape as number[],
    trainable: trainable.has(weight),
    kernel: weight.originalName.endsWith('kernel'),
    variable: weight.read() as Variable,
  }))
}

/** Returns copies of the values of all weights. */
export function readWeights(model: LayersModel): Values {
  return new Map(weightsOf(model).map(({ name, variable }) => [name, valuesOf(variable)]))
}

/** Sets every weight of the model; `values` must name them all, with the right sizes. */
export function writeWeights(tf: Tf, model: LayersModel, values: Values): void {
  for (const { name, variable } of weightsOf(model)) assign(tf, variable, values.get(name)!)
}

/** Returns a copy of a tensor's values; tfjs may hand out the array that the tensor was made of. */
export function valuesOf(tensor: Tensor): Float32Array {
  return Float32Array.from(tensor.dataSync())
}

/** Gives a variable new values, which are copied. */
export function assign(tf: Tf, variable: Variable, values: Float32Array): void {
  tf.tidy(() => variable.assign(tf.tensor(values.slice(), variable.shape, 'float32')))
}
