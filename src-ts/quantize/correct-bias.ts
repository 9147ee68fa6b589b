import type { FloatGraph, Node } from '../ir/graph.ts'
import { opByKind } from '../ops/index.ts'
import { type EvaluateOptions, evaluateFloat } from '../passes/float/evaluate.ts'
import type { Tf } from '../train/tf.ts'
import type { Ranges } from './calibrate.ts'
import { withConversions } from './conversions.ts'
import { fakeQuantized, trainableOf, withConstants } from './fake.ts'
import { inputColumns } from './rows.ts'
import type { Scheme } from './scheme.ts'

/**
 * Returns a graph whose biases take back what quantization moves the mean of each channel by (empirical bias correction; Nagel et al.,
 * Data-free quantization, 2019), layer after layer on standardized rows, with the corrections before it. Means are those before the activation.
 */
export function correctBias(tf: Tf, float: FloatGraph, ranges: Ranges, scheme: Scheme, rows: Float32Array): FloatGraph {
  const { columns, count } = inputColumns(float, rows)
  const inputs = columns.map((column, i) =>
    tf.tensor(column, [count, ...float.tensors[float.inputs[i]].shape.slice(1)]),
  )
  let corrected = float
  for (const { name } of float.nodes) {
    const means = (graph: FloatGraph, options: EvaluateOptions) => {
      const { node, bare } = withoutActivation(graph, name)
      const [y] = evaluateFloat(tf, bare, inputs, { ...options, wanted: [node.outputs[0]] })
      return tf.mean(tf.reshape(y, [-1, y.shape.at(-1)!]), 0).dataSync<'float32'>()
    }
    const node = float.nodes.find(each => each.name === name)!
    const bias = node.inputs[2] ?? -1
    if (!opByKind(node.op).linear || bias < 0) continue
    tf.tidy(() => {
      const converted = withConversions(corrected, scheme)
      const fake = fakeQuantized(tf, converted, scheme, trainableOf(tf, corrected, ranges))
      const hook: EvaluateOptions['hook'] = (index, value) =>
        index === node.outputs[0] ? value : fake.hook(index, value)
      const [real, rounded] = [means(float, {}), means(converted.graph, { ...fake, hook })]
      const data = corrected.tensors[bias].data as Float32Array
      corrected = withConstants(corrected, new Map([[bias, data.map((b, c) => b + real[c] - rounded[c])]]))
    })
  }
  for (const x of inputs) x.dispose()
  return corrected
}

/** The node of a name, and its graph with that node's fused activation left out. */
function withoutActivation(graph: FloatGraph, name: string): { node: Node; bare: FloatGraph } {
  const found = graph.nodes.find(node => node.name === name)!
  const node = { ...found, attrs: { ...found.attrs, activation: 'none' } }
  return { node, bare: { ...graph, nodes: graph.nodes.map(each => (each === found ? node : each)) } }
}
