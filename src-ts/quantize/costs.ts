import type { FloatGraph, Node } from '../ir/graph.ts'
import { evaluateFloat } from '../passes/float/evaluate.ts'
import type { Tf } from '../train/tf.ts'
import type { Ranges } from './calibrate.ts'
import { type Converted, withConversions } from './conversions.ts'
import { fakeQuantized, trainableOf } from './fake.ts'
import { inputColumns } from './rows.ts'
import type { Scheme } from './scheme.ts'

/** What one node costs. */
export interface NodeCost {
  /** The name of its tensor. Inputs of the network stand among the nodes. */
  readonly node: string
  readonly op: string
  /** Signal to quantization noise at the outputs of a network in which this node alone computes in integers. Infinity when nothing differs. */
  readonly aloneDb: number
}

/** Measures, at the outputs of a network, what becomes integers: the tensors and the constants of the nodes that are asked for. */
export interface Probe {
  readonly converted: Converted
  /** Signal to quantization noise in decibels. */
  decibels(tensors: (index: number) => boolean, constants: (node: Node) => boolean): number
}

/** Calls `work` with a probe of a graph on standardized rows, each of which holds all inputs of the graph. */
export function probing<T>(
  tf: Tf,
  float: FloatGraph,
  ranges: Ranges,
  scheme: Scheme,
  rows: Float32Array,
  work: (probe: Probe) => T,
): T {
  const results: T[] = []
  tf.tidy(() => {
    const converted = withConversions(float, scheme)
    const { graph } = converted
    const { columns, count } = inputColumns(float, rows)
    const inputs = columns.map((column, i) =>
      tf.tensor(column, [count, ...float.tensors[float.inputs[i]].shape.slice(1)]),
    )
    const fake = fakeQuantized(tf, converted, scheme, trainableOf(tf, float, ranges))
    const outputsOf = (options: Parameters<typeof evaluateFloat>[3]) => {
      const outputs = tf.tidy(() => tf.concat(evaluateFloat(tf, graph, inputs, options).map(y => tf.reshape(y, [-1]))))
      const values = outputs.dataSync<'float32'>()
      outputs.dispose()
      return values
    }
    const real = outputsOf({})
    const decibels: Probe['decibels'] = (tensors, constants) => {
      const got = outputsOf({
        hook: (index, value) => (tensors(index) ? fake.hook(index, value) : value),
        constants: (index, node) => (constants(node) ? fake.constants(index, node) : undefined),
      })
      return signalToNoiseDb(real, got)
    }
    results.push(work({ converted, decibels }))
  })
  return results[0]
}

/** Returns what each node costs by itself, the most expensive first. */
export function nodeCosts(tf: Tf, float: FloatGraph, ranges: Ranges, scheme: Scheme, rows: Float32Array): NodeCost[] {
  return probing(tf, float, ranges, scheme, rows, ({ converted: { graph }, decibels }) => {
    const inputs = graph.inputs.map(index => ({
      node: graph.tensors[index].name,
      op: 'input',
      aloneDb: decibels(
        i => i === index,
        () => false,
      ),
    }))
    const nodes = graph.nodes.map(node => ({
      node: graph.tensors[node.outputs[0]].name,
      op: node.op,
      aloneDb: decibels(
        i => node.outputs.includes(i),
        other => other === node,
      ),
    }))
    return [...inputs, ...nodes].sort((a, b) => a.aloneDb - b.aloneDb)
  })
}

/** Returns 10 · log10(Σ real² / Σ (real − got)²). */
function signalToNoiseDb(real: Float32Array, got: Float32Array): number {
  const signal = real.reduce((sum, value) => sum + value * value, 0)
  const noise = real.reduce((sum, value, i) => sum + (value - got[i]) ** 2, 0)
  return 10 * Math.log10(signal / noise)
}
