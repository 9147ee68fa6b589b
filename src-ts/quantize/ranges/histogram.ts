import type { Range } from '../../ir/quantization-for.ts'

/** Counts of values in bins of equal width from `min` to `max`. */
export interface Histogram extends Range {
  readonly counts: Float64Array
}

/** Eight bins for each step of an int8 tensor. */
const BINS = 2048

/** Returns a histogram of nothing yet. */
export function histogram({ min, max }: Range): Histogram {
  return { min, max, counts: new Float64Array(BINS) }
}

/** Counts values, all of which lie inside. */
export function count({ min, max, counts }: Histogram, values: ArrayLike<number>): void {
  const perUnit = BINS / (max - min || 1)
  for (let i = 0; i < values.length; i++) counts[Math.min(BINS - 1, Math.floor((values[i] - min) * perUnit))]++
}

/** Returns the width of a bin. */
export function binWidth({ min, max, counts }: Histogram): number {
  return (max - min) / counts.length
}
