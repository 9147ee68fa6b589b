/** Intervals whose order is looked at, and how near two log intervals must be to be alike. */
const INTERVALS = 64
const ALIKE = 0.06

/**
 * How hard it is to tell the next RR interval from the one before: the sample entropy of the last 64 log intervals (Richman and Moorman,
 * Am. J. Physiol. Heart Circ. Physiol. 278(6), 2000, with m = 1; for atrial fibrillation Lake and Moorman, ibid. 300(1), 2011).
 */
export class IntervalEntropy {
  private readonly logs: number[] = []

  /**
   * Takes in the logarithm of an interval and returns log((pairs + 1) / (pairs that go on alike + 1)): of all pairs of intervals within .06
   * of each other, how many are followed by a pair that is alike, too. 0 where a rhythm repeats itself, about 2 in fibrillation.
   */
  next(log: number): number {
    const { logs } = this
    logs.push(log)
    if (logs.length > INTERVALS) logs.shift()
    const { pairs, goOn } = alikePairs(logs, ALIKE)
    return Math.log((pairs + 1) / (goOn + 1))
  }
}

/** Counts the pairs of numbers within `limit` of each other that both have a successor, and those whose successors are so, too. */
export function alikePairs(series: readonly number[], limit: number): { pairs: number; goOn: number } {
  let [pairs, goOn] = [0, 0]
  for (let i = 1; i < series.length - 1; i++) {
    for (let j = 0; j < i; j++) {
      if (Math.abs(series[i] - series[j]) >= limit) continue
      pairs++
      if (Math.abs(series[i + 1] - series[j + 1]) < limit) goOn++
    }
  }
  return { pairs, goOn }
}
