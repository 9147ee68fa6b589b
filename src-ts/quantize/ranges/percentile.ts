import { binWidth } from './histogram.ts'
import type { RangeMethod } from './method.ts'

/** Share of the values that may lie beyond either end. */
const BEYOND = 1e-4

export const percentile: RangeMethod = {
  name: 'percentile',
  title: 'all values but one in 10,000 at either end',
  kind: 'histogram',
  range(seen) {
    const { min, max, counts } = seen
    const allowed = BEYOND * counts.reduce((sum, count) => sum + count, 0)
    const width = binWidth(seen)
    return { min: min + width * binsWith(counts, allowed), max: max - width * binsWith(counts.toReversed(), allowed) }
  },
}

/** Returns how many bins from the first one on hold no more values together than are allowed. */
function binsWith(counts: Float64Array, allowed: number): number {
  let bins = 0
  for (let sum = counts[0]; sum <= allowed; sum += counts[bins]) bins++
  return bins
}
