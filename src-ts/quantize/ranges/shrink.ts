import type { Range } from '../../ir/quantization-for.ts'
import type { Histogram } from './histogram.ts'

/** Shares of an end that are tried: 2 % apart. */
const SHARES = Array.from({ length: 48 }, (_, i) => 1 - 0.02 * i)

/** Returns the range of least cost among those with both ends of the histogram drawn in: the upper end first, then the lower one. */
export function shrunk({ min, max }: Histogram, cost: (range: Range) => number): Range {
  // Zero is in every range, so an end on its side of zero cannot be drawn in.
  const widest = { min: Math.min(0, min), max: Math.max(0, max) }
  const best = (candidates: Range[]) => {
    const costs = candidates.map(cost)
    return candidates[costs.indexOf(Math.min(...costs))]
  }
  const upper = best(SHARES.map(share => ({ ...widest, max: share * widest.max })))
  return best(SHARES.map(share => ({ ...upper, min: share * widest.min })))
}
