import { elements, type FloatGraph, type IntData, type IntGraph } from '../ir/graph.ts'
import type { Backend } from '../ops/op.ts'
import { visitFloat } from '../passes/float/evaluate.ts'
import { inputColumns } from './rows.ts'
import { dequantizeValues, quantizeValues } from './values.ts'

/** What quantization does to one node's result, errors of all nodes before it included. */
export interface NodeNoise {
  readonly node: string
  readonly op: string
  /** Signal to quantization noise: 10 · log10(Σ real² / Σ (real − int8)²). Infinity when nothing differs. */
  readonly signalToNoiseDb: number
  /** Largest |real − int8|, in steps of the tensor's scale. */
  readonly largestErrorSteps: number
  /** Share of values at −128 or 127, in [0, 1]. Below it a ReLU's zeros do not count. */
  readonly saturated: number
}

/** Runs an integer graph once and returns every computed tensor: `runReference` of engines/reference.ts. */
export type RunEveryTensor = (graph: IntGraph, inputs: readonly IntData[]) => readonly (IntData | undefined)[]

/**
 * Returns the noise of every node of a quantized graph against the FloatGraph that it was made of, worst first.
 * `rows` are standardized inputs, one row after another; a row holds all inputs of the graph.
 */
export function compare(
  tf: Backend,
  graph: FloatGraph,
  quantized: IntGraph,
  rows: Float32Array,
  run: RunEveryTensor,
): NodeNoise[] {
  const rowValues = graph.inputs.reduce((sum, index) => sum + elements(graph.tensors[index].shape), 0)
  const sums = graph.nodes.map(() => ({ signal: 0, noise: 0, largest: 0, saturated: 0, values: 0 }))
  for (let at = 0; at < rows.length; at += rowValues) {
    const row = rows.subarray(at, at + rowValues)
    const { columns } = inputColumns(graph, row)
    const quantization = (i: number) => quantized.tensors[quantized.inputs[i]].quantization!
    const integers = run(
      quantized,
      columns.map((column, i) => quantizeValues(column, quantization(i))),
    )
    const inputs = columns.map((column, i) => tf.tensor(column, [...graph.tensors[graph.inputs[i]].shape]))
    visitFloat(tf, graph, inputs, (index, value) => {
      const step = graph.nodes.findIndex(node => node.outputs[0] === index)
      if (step < 0) return
      const output = quantized.nodes[step].outputs[0]
      const { quantization } = quantized.tensors[output]
      const sum = sums[step]
      const zeroPoint = quantization!.zeroPoint[0]
      const got = dequantizeValues(integers[output] as Int8Array, quantization!)
      value.dataSync().forEach((real, i) => {
        const error = Math.abs(real - got[i])
        sum.signal += real * real
        sum.noise += error * error
        sum.largest = Math.max(sum.largest, error / quantization!.scale[0])
        const q = Number(integers[output]![i])
        if ((q === -128 || q === 127) && q !== zeroPoint) sum.saturated++
      })
      sum.values += got.length
    })
    for (const x of inputs) x.dispose()
  }
  return quantized.nodes
    .map(({ name, op }, i) => ({
      node: name,
      op,
      signalToNoiseDb: 10 * Math.log10(sums[i].signal / sums[i].noise),
      largestErrorSteps: sums[i].largest,
      saturated: sums[i].saturated / sums[i].values,
    }))
    .sort((a, b) => a.signalToNoiseDb - b.signalToNoiseDb)
}
