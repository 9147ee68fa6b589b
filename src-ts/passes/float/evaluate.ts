import type { Tensor } from '@tensorflow/tfjs-core'
import { HolterError } from '../../errors.ts'
import type { FloatGraph, Node } from '../../ir/graph.ts'
import type { Backend } from '../../ops/op.ts'
import { floatOpByKind } from './float-ops.ts'

/**
 * Returns the real values of the wanted tensors (indices; the graph's outputs if left out), in that order.
 * `inputs` are [n, …], one per input of the graph; what follows the n may have any shape of the right size.
 * The results are the caller's to dispose; everything else is freed.
 */
export function evaluateFloat(
  tf: Backend,
  graph: FloatGraph,
  inputs: readonly Tensor[],
  wanted = graph.outputs,
): Tensor[] {
  return tf.tidy(() => {
    const results = new Map<number, Tensor>()
    run(tf, graph, inputs, (index, value) => {
      // A clone shares the values, and outlives the visit.
      if (wanted.includes(index)) results.set(index, tf.clone(value))
    })
    return wanted.map(index => results.get(index)!)
  })
}

/**
 * Runs a graph in real numbers and shows each input and each computed tensor to `visit` once, in order.
 * A value is freed after its last reader, so that a batch needs little more memory than its widest layer. `visit` must not keep it.
 */
export function visitFloat(tf: Backend, graph: FloatGraph, inputs: readonly Tensor[], visit: Visit): void {
  tf.tidy(() => run(tf, graph, inputs, visit))
}

type Visit = (tensor: number, value: Tensor) => void

function run(tf: Backend, graph: FloatGraph, inputs: readonly Tensor[], visit: Visit): void {
  const lastReader = new Map<number, Node>()
  for (const node of graph.nodes) for (const input of node.inputs) lastReader.set(input, node)
  const values = new Map<number, Tensor>()
  const put = (index: number, value: Tensor) => {
    values.set(index, value)
    visit(index, value)
  }
  graph.inputs.forEach((index, i) => {
    put(index, batch(tf, graph, index, inputs[i]))
  })
  for (const node of graph.nodes) {
    const outputs = tf.tidy(() => evaluateNode(tf, graph, node, values))
    node.outputs.forEach((index, i) => {
      put(index, outputs[i])
    })
    for (const [input, reader] of lastReader) {
      if (reader !== node) continue
      values.get(input)?.dispose()
      values.delete(input)
    }
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

function evaluateNode(tf: Backend, graph: FloatGraph, node: Node, values: ReadonlyMap<number, Tensor>): Tensor[] {
  const op = floatOpByKind(node.op)
  if (!op) throw new HolterError({ stage: 'passes', where: node.name, problem: 'no such operator', got: node.op })
  const inputs = node.inputs.map(index => {
    const tensor = graph.tensors[index]
    if (!tensor?.data) return values.get(index)
    return tf.tensor(tensor.data, [...tensor.shape], tensor.data instanceof Int32Array ? 'int32' : 'float32')
  })
  return [op.evaluate(tf, node.attrs, inputs)].flat()
}
