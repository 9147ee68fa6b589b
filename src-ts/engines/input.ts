import { HolterError } from '../errors.ts'
import { type ActivationType, arrays, type IntGraph, toBytes } from '../ir/graph.ts'
import { type Adc, countMap, mapCount, standardize, standardizeFeatures } from '../ir/input-map.ts'
import type { Npy } from '../npy.ts'
import { quantizeValues, quantizeWideValues } from '../quantize/values.ts'

/** An array and the file that it came from. */
export interface NamedNpy extends Npy {
  readonly where: string
}

/**
 * Returns the rows of a network with one array for each of its inputs, in their order: a row holds all inputs one after another,
 * as engines read it; `adc` says what counts in the first are. Throws HolterError on another number of arrays or rows, and as
 * `inputRows` does.
 */
export function allInputRows(
  graph: IntGraph,
  arrays: readonly NamedNpy[],
  adc?: Adc,
): { rows: Int8Array; count: number } {
  const names = graph.inputs.map(i => `"${graph.tensors[i].name}" (n, ${graph.tensors[i].shape.slice(1).join(', ')})`)
  if (arrays.length !== graph.inputs.length) {
    const hint = `Give --input once for each of ${names.join(' and ')}`
    const problem = 'wrong number of inputs for this model'
    throw new HolterError({
      stage: 'npy',
      where: '--input',
      problem,
      got: arrays.length,
      expected: graph.inputs.length,
      hint,
    })
  }
  const parts = arrays.map((npy, i) => inputRows(graph, npy, npy.where, i, i === 0 ? adc : undefined))
  const { count } = parts[0]
  const odd = parts.findIndex(part => part.count !== count)
  if (odd >= 0) {
    const problem = `has another number of rows than ${arrays[0].where}`
    throw new HolterError({ stage: 'npy', where: arrays[odd].where, problem, got: parts[odd].count, expected: count })
  }
  return {
    rows: interleave(
      parts.map(part => part.rows),
      count,
    ),
    count,
  }
}

/** Returns row 0 of every part, then row 1 of every part, and so on. */
export function interleave(parts: readonly Int8Array[], count: number): Int8Array {
  if (parts.length === 1) return parts[0]
  const all = new Int8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (let row = 0; row < count; row++) {
    for (const part of parts) {
      const bytes = part.length / count
      all.set(part.subarray(row * bytes, (row + 1) * bytes), at)
      at += bytes
    }
  }
  return all
}

/**
 * Returns the bytes of the rows of one input. Arrays of the input's own type, int8 or int16, go in as they are, and uint8 less 128 where the
 * file's input is uint8; float arrays are real
 * values: millivolts, standardized here by the model's metadata, or the input's own unit when the file has none. With `adc`, integers are
 * counts of such a converter. Shape: [n, …] with the input's elements per row, axes of length 1 left out or not. Throws HolterError on
 * another shape or type, or on NaN.
 */
export function inputRows(
  graph: IntGraph,
  { shape, data }: Npy,
  where: string,
  which = 0,
  adc?: Adc,
): { rows: Int8Array; count: number } {
  const input = graph.tensors[graph.inputs[which]]
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
  if (adc) return { rows: quantizeCounts(graph, data, adc, where), count }
  const border = graph.borders?.inputs[which]
  if (border?.type === 'uint8' && data instanceof Uint8Array) return { rows: Int8Array.from(data, u => u - 128), count }
  if (data instanceof arrays[input.type]) return { rows: toBytes(data as Int8Array), count }
  if (!(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new HolterError({
      stage: 'npy',
      where,
      problem: 'the array has the wrong type',
      got: data.constructor.name,
      expected: `${input.type}${border?.type === 'uint8' ? ', uint8 as in the file,' : ''} or float`,
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
  return { rows: quantizeInput(graph, data, which), count }
}

/**
 * Returns real input values as bytes of the input's int8 or int16. With metadata they are in its unit (the signal) or each in its own
 * (the features, the second input), and are standardized here.
 */
export function quantizeInput(graph: IntGraph, values: Float32Array | Float64Array, which = 0): Int8Array {
  const scaling = graph.metadata ?? { mean: 0, deviation: 1, features: undefined }
  const features = which > 0 ? scaling.features : undefined
  const standardized = Float32Array.from(values, x => (features ? x : standardize(x, scaling)))
  if (features) standardizeFeatures(standardized, features)
  const { type, quantization } = graph.tensors[graph.inputs[which]]
  if (type === 'int16') return toBytes(quantizeWideValues(standardized, quantization!))
  return quantizeValues(standardized, quantization!)
}

/** Returns counts of a converter as bytes of the first input, by the integer map; the model must take millivolts. */
function quantizeCounts(graph: IntGraph, counts: Npy['data'], adc: Adc, where: string): Int8Array {
  if (graph.metadata?.unit !== 'mV' || counts instanceof Float32Array || counts instanceof Float64Array) {
    throw new HolterError({
      stage: 'npy',
      where,
      problem: 'counts of a converter are integers, and go into a model of millivolts',
      got: graph.metadata?.unit === 'mV' ? counts.constructor.name : 'a model without millivolts in its metadata',
      hint: 'Leave out --adc',
    })
  }
  const { type, quantization } = graph.tensors[graph.inputs[0]]
  const map = countMap(adc, graph.metadata, quantization!)
  return toBytes(
    new arrays[type as ActivationType](counts.length).map((_, i) => mapCount(counts[i], map, type as ActivationType)),
  )
}
