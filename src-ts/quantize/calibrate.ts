import { GREY_RANGE } from '../ecg/datasets/drawn.ts'
import { HolterError } from '../errors.ts'
import type { FloatGraph } from '../ir/graph.ts'
import type { Range } from '../ir/quantization-for.ts'
import type { Backend } from '../ops/op.ts'
import { visitFloat } from '../passes/float/evaluate.ts'
import { count, histogram } from './ranges/histogram.ts'
import type { RangeMethod, Role } from './ranges/method.ts'
import { hull } from './ranges/min-max.ts'
import { records } from './ranges/records.ts'
import { inputColumns } from './rows.ts'

/** Range of each input and each computed tensor of a graph, by tensor index. */
export type Ranges = ReadonlyMap<number, Range>

/**
 * Returns the ranges of a graph's tensors over calibration records: standardized input rows, one after another, any number a batch;
 * a row holds all inputs of the graph one after another.
 * They must come from training records. All batches are held in memory; a few hundred records are enough.
 *
 * The inputs get theirs first. All other tensors are then seen on inputs clipped to them, as the int8 network will see them: what is
 * clipped there reaches no other tensor.
 */
export function calibrate(
  tf: Backend,
  graph: FloatGraph,
  batches: Iterable<Float32Array>,
  method: RangeMethod = records,
): Ranges {
  const held = Array.from(batches, batch => inputColumns(graph, batch))
  if (held.length === 0)
    throw new HolterError({ stage: 'quantize', where: graph.name, problem: 'there are no calibration records' })
  const clips = graph.inputs.map((index, i) => {
    const visit: Visit = see => {
      for (const { columns, count } of held) see(index, columns[i], count)
    }
    // Pixels have a range of their own: int8 holds each of them as it is.
    if (graph.metadata?.drawn && i === 0) return GREY_RANGE
    return rangesOf(graph, visit, method, 'input').get(index)!
  })
  const visit: Visit = see => {
    for (const { columns, count } of held) {
      const inputs = columns.map((column, i) => {
        const clipped = column.map(value => Math.min(clips[i].max, Math.max(clips[i].min, value)))
        return tf.tensor(clipped, [count, ...graph.tensors[graph.inputs[i]].shape.slice(1)])
      })
      try {
        visitFloat(tf, graph, inputs, (index, value) => see(index, value.dataSync<'float32'>(), count))
      } finally {
        for (const x of inputs) x.dispose()
      }
    }
  }
  const ranges = rangesOf(graph, visit, method, 'between')
  return new Map([...ranges, ...graph.inputs.map((index, i) => [index, clips[i]] as const)])
}

/** Shows values of tensors, those of some records at a time. */
type Visit = (see: (tensor: number, values: Float32Array, records: number) => void) => void

/** Returns the ranges of the tensors that are shown. Histograms need a second look, since the first one tells their ends. */
function rangesOf(graph: FloatGraph, visit: Visit, method: RangeMethod, role: Role): Map<number, Range> {
  const seen = new Map<number, Range[]>()
  visit((index, values, records) => {
    const own = seen.get(index) ?? []
    seen.set(index, own)
    own.push(...recordRanges(values, records, graph.tensors[index].name))
  })
  const histograms = new Map([...seen].map(([index, own]) => [index, histogram(hull(own))]))
  if (method.kind === 'histogram') visit((index, values) => count(histograms.get(index)!, values))
  const rangeOf = (index: number, own: readonly Range[]) => {
    if (graph.outputs.includes(index)) return hull(own)
    return method.kind === 'records' ? method.range(own, role) : method.range(histograms.get(index)!)
  }
  return new Map([...seen].map(([index, own]) => [index, union([rangeOf(index, own)])]))
}

/** Returns the smallest range that holds all of them, and 0. */
export function union(ranges: readonly Range[]): Range {
  return ranges.reduce((a, b) => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }), { min: 0, max: 0 })
}

/** Returns the smallest and largest value of each record; a value that is not finite would make a range useless. */
function recordRanges(values: ArrayLike<number>, count: number, where: string): Range[] {
  const size = values.length / count
  return Array.from({ length: count }, (_, record) => {
    let min = Infinity
    let max = -Infinity
    for (let i = record * size; i < (record + 1) * size; i++) {
      const value = values[i]
      if (!Number.isFinite(value)) throw notFinite(value, where)
      if (value < min) min = value
      if (value > max) max = value
    }
    return { min, max }
  })
}

function notFinite(value: number, where: string): HolterError {
  return new HolterError({
    stage: 'quantize',
    where,
    problem: 'a value seen in calibration is not a finite number',
    got: value,
    hint: 'Leave out records with missing samples, and check that training did not diverge',
  })
}
