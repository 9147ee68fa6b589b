import type { Tensor } from '@tensorflow/tfjs-core'
import { HolterError } from '../../errors.ts'
import type { FloatGraph, Node } from '../../ir/graph.ts'
import type { Backend } from '../../ops/op.ts'
import { floatOpByKind } from './float-ops.ts'

export interface EvaluateOptions {
  /** Tensors whose values are returned, in this order; the graph's outputs where this is absent. */
  readonly wanted?: readonly number[]
  /** Returns what replaces a value from here on (fake quantization); asked about each input and each computed tensor. */
  readonly hook?: (index: number, value: Tensor) => Tensor
  /**
   * Returns the value of a constant for a node that reads it (a variable that is being trained), which stays the caller's; undefined for
   * what the graph holds.
   */
  readonly constants?: (index: number, node: Node) => Tensor | undefined
}

/**
 * Returns the real values of a graph's tensors. `inputs` are [n, …], one per input of the graph; what follows the n may have any shape of
 * the right size. Gradients flow through, to the inputs and to `constants`, inside tf.grads and its relatives.
 * The results are the caller's to dispose; everything else is freed.
 */
export function evaluateFloat(
  tf: Backend,
  graph: FloatGraph,
  inputs: readonly Tensor[],
  options: EvaluateOptions = {},
): Tensor[] {
  const { wanted = graph.outputs } = options
  return tf.tidy(() => {
    const results = new Map<number, Tensor>()
    const visit = (index: number, value: Tensor) => {
      // A clone shares the values, and outlives the visit.
      if (wanted.includes(index)) results.set(index, tf.clone(value))
    }
    run(tf, graph, inputs, visit, options)
    return wanted.map(index => results.get(index)!)
  })
}

/**
 * Runs a graph in real numbers and shows each input and each computed tensor to `visit` once, in order.
 * A value is freed after its last reader, so that a batch needs little more memory than its widest layer. `visit` must not keep it.
 */
export function visitFloat(tf: Backend, graph: FloatGraph, inputs: readonly Tensor[], visit: Visit): void {
  tf.tidy(() => run(tf, graph, inputs, visit, {}))
}

type Visit = (tensor: number, value: Tensor) => void

function run(
  tf: Backend,
  graph: FloatGraph,
  inputs: readonly Tensor[],
  visit: Visit,
  { hook, constants }: EvaluateOptions,
): void {
  const lastReader = new Map<number, Node>()
  for (const node of graph.nodes) for (const input of node.inputs) lastReader.set(input, node)
  const values = new Map<number, Tensor>()
  const put = (index: number, value: Tensor) => {
    values.set(index, value)
    visit(index, value)
  }
  graph.inputs.forEach((index, i) => {
    put(
      index,
      tf.tidy(() => hooked(index, batch(tf, graph, index, inputs[i]))),
    )
  })
  for (const node of graph.nodes) {
    const outputs = tf.tidy(() => {
      const made = evaluateNode(tf, graph, node, index => constants?.(index, node) ?? values.get(index))
      return made.map((value, i) => hooked(node.outputs[i], value))
    })
    node.outputs.forEach((index, i) => {
      put(index, outputs[i])
    })
    for (const [input, reader] of lastReader) {
      if (reader !== node) continue
      values.get(input)?.dispose()
      values.delete(input)
    }
  }
  function hooked(index: number, value: Tensor): Tensor {
    return hook ? hook(index, value) : value
  }
}

function batch(tf: Backend, graph: FloatGraph, index: number, input: Tensor | undefined): Tensor {
  const { name, shape } = graph.tensors[index]
  const row = shape.slice(1)
  const size = row.reduce((a, b) => a * b, 1)
  const count = input?.shape[0] ?? 0
  if (input && count > 0 && input.size === count * size) return tf.reshape(input, [count, ...row])
  throw new HolterError({
    stage: 'passes',
    where: name,
    problem: 'input has the wrong shape',
    got: input ? `[${input.shape}]` : 'nothing',
    expected: `[n,${row}]`,
  })
}

function evaluateNode(
  tf: Backend,
  graph: FloatGraph,
  node: Node,
  known: (index: number) => Tensor | undefined,
): Tensor[] {
  const op = floatOpByKind(node.op)
  if (!op) throw new HolterError({ stage: 'passes', where: node.name, problem: 'no such operator', got: node.op })
  const inputs = node.inputs.map(index => {
    const value = known(index)
    const tensor = graph.tensors[index]
    if (value || !tensor?.data) return value
    return tf.tensor(tensor.data, [...tensor.shape], tensor.data instanceof Int32Array ? 'int32' : 'float32')
  })
  return [op.evaluate(tf, node.attrs, inputs)].flat()
}
