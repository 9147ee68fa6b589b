import { HolterError } from '../errors.ts'
import type { FloatGraph } from '../ir/graph.ts'
import type { Backend } from '../ops/op.ts'
import { visitFloat } from '../passes/float/evaluate.ts'
import { inputColumns } from './rows.ts'

/** The real values that a tensor's 256 integers shall cover. It always holds 0. */
export interface Range {
  readonly min: number
  readonly max: number
}

/** Range of each input and each computed tensor of a graph, by tensor index. */
export type Ranges = ReadonlyMap<number, Range>

/**
 * Shares of the calibration records that fit below the upper end of a range; above the lower end likewise.
 * Ranks of records, not of samples and not squared errors: one lead-off spike of 28 mV among 400 records moves a range by one record,
 * while it moved the 99.99th percentile of all samples from 3.0 to 5.6 mV and the range of least squared error from 6 to 22 mV.
 *
 * Input: on PTB-XL this gives ±3.3 … 4.6 mV; less than ±2.4 mV would lose accuracy, ±8 mV resolution.
 * Between: on the Inception CNN, over seven sets of 128 to 405 records, this left a mean logit error of 5.7 % of the logits' deviation
 * (the full range 7.7 %), and no int8 AUC further than .0012 from the float one; the GAP CNN hardly notices.
 * Output: the full range. Logits are ranked, and clipped ones would tie.
 */
const SHARE_INSIDE = { input: 0.98, between: 0.99, output: 1 }

/**
 * Returns the ranges of a graph's tensors over calibration records: standardized input rows, one after another, any number a batch;
 * a row holds all inputs of the graph one after another.
 * They must come from training records. All batches are held in memory; a few hundred records are enough.
 *
 * The input is clipped to a range that nearly all records fit in. All other tensors are then seen on inputs clipped to it, as the
 * int8 network will see them, so that no spike reaches them.
 */
export function calibrate(tf: Backend, graph: FloatGraph, batches: Iterable<Float32Array>): Ranges {
  const held = Array.from(batches, batch => inputColumns(graph, batch))
  const clips = graph.inputs.map((index, i) =>
    inputRange(
      graph,
      index,
      held.map(({ columns, count }) => ({ values: columns[i], count })),
    ),
  )
  const records = new Map<number, Range[]>()
  for (const { columns, count } of held) {
    const inputs = columns.map((column, i) => {
      const clipped = column.map(value => Math.min(clips[i].max, Math.max(clips[i].min, value)))
      return tf.tensor(clipped, [count, ...graph.tensors[graph.inputs[i]].shape.slice(1)])
    })
    try {
      visitFloat(tf, graph, inputs, (index, value) => {
        const seen = records.get(index) ?? []
        records.set(index, seen)
        seen.push(...recordRanges(value.dataSync(), count, graph.tensors[index].name))
      })
    } finally {
      for (const x of inputs) x.dispose()
    }
  }
  const share = (index: number) => (graph.outputs.includes(index) ? SHARE_INSIDE.output : SHARE_INSIDE.between)
  const ranges = [...records].map(([index, seen]) => [index, rangeInside(seen, share(index))] as const)
  return new Map([...ranges, ...graph.inputs.map((index, i) => [index, clips[i]] as const)])
}

/** Returns the smallest range that holds all of them. */
export function union(ranges: readonly Range[]): Range {
  return ranges.reduce((a, b) => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }), { min: 0, max: 0 })
}

/** Returns the range whose upper end a share of the records stays below, and its lower end above. */
function rangeInside(records: readonly Range[], share: number): Range {
  const rank = Math.floor(share * (records.length - 1))
  const ascending = (values: number[]) => Float64Array.from(values).sort()
  return union([{ min: -ascending(records.map(r => -r.min))[rank], max: ascending(records.map(r => r.max))[rank] }])
}

function inputRange(
  graph: FloatGraph,
  input: number,
  batches: readonly { readonly values: Float32Array; readonly count: number }[],
): Range {
  const records = batches.flatMap(({ values, count }) => recordRanges(values, count, graph.tensors[input].name))
  if (records.length === 0)
    throw new HolterError({ stage: 'quantize', where: graph.name, problem: 'there are no calibration records' })
  return rangeInside(records, SHARE_INSIDE.input)
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
