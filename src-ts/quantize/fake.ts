import type { Scalar, Tensor } from '@tensorflow/tfjs'
import type { FloatGraph, IntTensor, Node } from '../ir/graph.ts'
import type { Range } from '../ir/quantization-for.ts'
import { averagePool2d } from '../ops/average-pool2d.ts'
import { opByKind } from '../ops/index.ts'
import type { NodeView } from '../ops/op.ts'
import type { EvaluateOptions } from '../passes/float/evaluate.ts'
import { fakeQuantize } from '../train/fake-quantize.ts'
import { valuesOf } from '../train/model-weights.ts'
import type { Tf } from '../train/tf.ts'
import type { Ranges } from './calibrate.ts'
import type { Converted } from './conversions.ts'
import { quantizedConstants, sharedQuantization } from './quantize.ts'
import type { Scheme } from './scheme.ts'
import { dequantizeConstant } from './values.ts'

/** What is trained: by tensor, the constants, and both ends of the ranges of what is fed or computed. */
export interface Trainable {
  readonly constants: ReadonlyMap<number, Tensor>
  readonly ends: ReadonlyMap<number, readonly [Scalar, Scalar]>
}

/** Returns a graph's constants and ranges as tensors, which are the caller's to dispose. */
export function trainableOf(tf: Tf, { tensors }: FloatGraph, ranges: Ranges): Trainable {
  const constants = tensors.flatMap(({ data, shape }, i) =>
    data instanceof Float32Array ? [[i, tf.tensor(data, [...shape])] as const] : [],
  )
  const ends = [...ranges].map(([i, { min, max }]) => [i, [tf.scalar(min), tf.scalar(max)]] as const)
  return { constants: new Map(constants), ends: new Map(ends) }
}

/**
 * Returns what makes `evaluateFloat` compute a graph in real numbers as its integers would: the quantizer itself rounds the constants, and
 * every tensor is rounded to the steps of its range. Gradients pass straight through (Bengio et al., 2013; Jacob et al., 2018).
 */
export function fakeQuantized(
  tf: Tf,
  { graph: float, types, sources }: Converted,
  { weightBits }: Scheme,
  { constants, ends }: Trainable,
): Required<Pick<EvaluateOptions, 'hook' | 'constants'>> {
  const graph = withConstants(float, new Map([...constants].map(([index, tensor]) => [index, valuesOf(tensor)])))
  const endsOf = (index: number) => ends.get(sources.get(index) ?? index)!
  const shared = sharedQuantization(graph, types, index => rangeBetween(endsOf(index)))
  const integers = new Map<Node, (IntTensor | undefined)[]>()
  const integersOf = (node: Node) => {
    const form = { weightBits, activation: types[node.outputs[0]] }
    const known = integers.get(node) ?? quantizedConstants(graph, node, shared, form)
    integers.set(node, known)
    return known
  }
  const viewed = (index: number, constant?: IntTensor): IntTensor | undefined =>
    constant ?? (graph.tensors[index] && { ...graph.tensors[index], type: types[index], quantization: shared[index] })
  const before = new Map(
    graph.nodes.map(node => {
      const { name, attrs, inputs, outputs } = node
      const constants = integersOf(node)
      const own = inputs.map((index, i) => viewed(index, constants[i]))
      return [
        outputs[0],
        roundingOf(tf, node, { name, attrs, inputs: own, outputs: outputs.map(index => viewed(index)!) }),
      ]
    }),
  )
  return {
    hook: (index, value) =>
      fakeQuantize(tf, value, {
        type: types[index],
        quantization: shared[index]!,
        ends: endsOf(index),
        before: before.get(index),
      }),
    constants(index, node) {
      const variable = constants.get(index)
      const values = variable && dequantizeConstant(integersOf(node)[node.inputs.indexOf(index)]!)
      return values && straightThrough(tf, variable, values)
    },
  }
}

/** Returns what TFLM does to a node's result before it rounds it to steps, where that can be seen in many values; else undefined. */
function roundingOf(tf: Tf, { op: kind }: Node, node: NodeView<unknown>): ((values: Tensor) => Tensor) | undefined {
  const { scale, zeroPoint } = node.outputs[0].quantization!
  const halves = (values: Tensor, signs = values) => tf.add(values, tf.mul(tf.sign(signs), HALVES * scale[0]))
  // Averages of whole numbers: their halves go away from the integer 0, not from the zero point.
  if (kind === averagePool2d.kind) return values => halves(values, tf.add(values, zeroPoint[0] * scale[0]))
  const op = opByKind(kind)
  const bits = Array.from(op.shiftsOf?.(op.prepare(node)) ?? [], shift => Math.max(0, -shift))
  if (!bits.some(b => b <= SEEN_BITS)) return undefined
  const steps = Float32Array.from(bits, b => scale[0] / 2 ** Math.min(b, SEEN_BITS))
  return values => {
    const fine = tf.tensor1d(steps)
    return halves(tf.mul(tf.round(tf.div(values, fine)), fine))
  }
}

/** Bits that a right shift drops after a first rounding: with more, fewer than one value in 4,000 is rounded in another way for it. */
const SEEN_BITS = 11

/** In steps: more than float32 errs, less than what SEEN_BITS tell apart. */
const HALVES = 2e-4

/** Returns a graph with other values in some of its constants. */
export function withConstants(graph: FloatGraph, values: ReadonlyMap<number, Float32Array>): FloatGraph {
  const tensors = graph.tensors.map((tensor, i) => {
    const data = values.get(i)
    return data ? { ...tensor, data } : tensor
  })
  return { ...graph, tensors }
}

/** Returns the range between two ends as they are now. */
export function rangeBetween([min, max]: readonly [Scalar, Scalar]): Range {
  return { min: min.dataSync()[0], max: max.dataSync()[0] }
}

/** Returns the values in place of the variable's, with the gradient of the variable. */
function straightThrough(tf: Tf, variable: Tensor, values: Float32Array): Tensor {
  const replaced = tf.customGrad(() => ({ value: tf.tensor(values, variable.shape), gradFunc: dy => dy as Tensor }))
  return replaced(variable)
}
