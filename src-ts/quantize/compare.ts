import { elements, type FloatGraph, type IntData, type IntGraph, limitsOf } from '../ir/graph.ts'
import type { Backend } from '../ops/op.ts'
import { visitFloat } from '../passes/float/evaluate.ts'
import { inputColumns } from './rows.ts'
import { dequantizeValues, quantizeValues, quantizeWideValues } from './values.ts'

/** What quantization does to one node's result, errors of all nodes before it included. */
export interface NodeNoise {
  readonly node: string
  readonly op: string
  /** Signal to quantization noise: 10 · log10(Σ real² / Σ (real − integer)²). Infinity when nothing differs. */
  readonly signalToNoiseDb: number
  /** Largest |real − integer|, in steps of the tensor's scale. */
  readonly largestErrorSteps: number
  /** Share of values at the ends of their type, in [0, 1]. Below it a ReLU's zeros do not count. */
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
    const integers = run(
      quantized,
      columns.map((column, i) => {
        const { type, quantization } = quantized.tensors[quantized.inputs[i]]
        return type === 'int16' ? quantizeWideValues(column, quantization!) : quantizeValues(column, quantization!)
      }),
    )
    const inputs = columns.map((column, i) => tf.tensor(column, [...graph.tensors[graph.inputs[i]].shape]))
    visitFloat(tf, graph, inputs, (index, value) => {
      const step = graph.nodes.findIndex(node => node.outputs[0] === index)
      if (step < 0) return
      // Tensors keep their numbers when they are quantized.
      const { quantization } = quantized.tensors[index]
      const { min, max } = limitsOf(quantized.tensors[index])
      const sum = sums[step]
      const zeroPoint = quantization!.zeroPoint[0]
      const got = dequantizeValues(integers[index] as Int8Array, quantization!)
      value.dataSync().forEach((real, i) => {
        const error = Math.abs(real - got[i])
        sum.signal += real * real
        sum.noise += error * error
        sum.largest = Math.max(sum.largest, error / quantization!.scale[0])
        const q = Number(integers[index]![i])
        if ((q === min || q === max) && q !== zeroPoint) sum.saturated++
      })
      sum.values += got.length
    })
    for (const x of inputs) x.dispose()
  }
  return graph.nodes
    .map(({ op, outputs: [output] }, i) => ({
      node: graph.tensors[output].name,
      op,
      signalToNoiseDb: 10 * Math.log10(sums[i].signal / sums[i].noise),
      largestErrorSteps: sums[i].largest,
      saturated: sums[i].saturated / sums[i].values,
    }))
    .sort((a, b) => a.signalToNoiseDb - b.signalToNoiseDb)
}
