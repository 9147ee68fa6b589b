import { HolterError } from '../errors.ts'
import type { IntGraph } from '../ir/graph.ts'
import type { Npy } from '../npy.ts'
import { quantizeValues } from '../quantize/values.ts'

/**
 * Returns input rows as the network's int8. int8 arrays go in as they are; float arrays are real values: millivolts,
 * standardized here by the model's metadata, or the input's own unit when the file has none. Shape: [n, …] with the
 * input's elements per row, axes of length 1 left out or not. Throws HolterError on another shape or type, or on NaN.
 */
export function inputRows(graph: IntGraph, { shape, data }: Npy, where: string): { rows: Int8Array; count: number } {
  if (graph.inputs.length !== 1) {
    throw new HolterError({ stage: 'npy', where, problem: 'the model has several inputs; run takes models with one' })
  }
  const input = graph.tensors[graph.inputs[0]]
  const long = (dimensions: readonly number[]) => dimensions.filter(n => n !== 1).join(', ')
  const elements = input.shape.reduce((a, b) => a * b, 1)
  const flat = shape.length === 2 && shape[1] === elements
  if (shape.length === 0 || shape[0] === 0 || !(flat || long(shape.slice(1)) === long(input.shape))) {
    throw new HolterError({
      stage: 'npy',
      where,
      problem: 'the array has the wrong shape',
      got: `(${shape.join(', ')})`,
      expected: `(n, ${input.shape.slice(1).join(', ')})`,
    })
  }
  const count = shape[0]
  if (data instanceof Int8Array) return { rows: data, count }
  if (!(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new HolterError({
      stage: 'npy',
      where,
      problem: 'the array has the wrong type',
      got: data.constructor.name,
      expected: 'int8 or float',
    })
  }
  const missing = data.findIndex(x => !Number.isFinite(x))
  if (missing >= 0) {
    throw new HolterError({
      stage: 'npy',
      where,
      problem: `value ${missing} of row ${Math.floor(missing / elements)} is not a finite number`,
      got: data[missing],
      hint: 'Leave such records out; a network cannot classify missing samples',
    })
  }
  return { rows: quantizeInput(graph, data), count }
}

/** Quantizes real input values (millivolts when the model has metadata) to the input's int8. */
export function quantizeInput(graph: IntGraph, values: Float32Array | Float64Array): Int8Array {
  const { mean, deviation } = graph.metadata ?? { mean: 0, deviation: 1 }
  const standardized = Float32Array.from(values, x => (x - mean) / deviation)
  return quantizeValues(standardized, graph.tensors[graph.inputs[0]].quantization!)
}
