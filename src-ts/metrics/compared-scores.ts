import { type BootstrapOptions, bootstrap, type Interval, knownMean, percentiles } from './bootstrap.ts'
import type { PatientPredictions } from './predictions.ts'
import { checkSameRecords, labelNumbers } from './score-difference.ts'
import { type SelectionScore, selectionScore } from './selection-score.ts'
import { type Spread, spread } from './spread.ts'

/** A way of making models, by the selection scores of one or several seeds. */
export interface ComparedScore extends Pick<SelectionScore, 'name' | 'title'> {
  readonly scores: Spread
  /** Of the mean over seeds; 95 %, from bootstraps of patients. */
  readonly interval: Interval
  /** Mean over seeds − that of the first way, on the same resamples; absent for the first. */
  readonly difference?: { readonly mean: number; readonly interval: Interval }
}

/**
 * Returns the scores of several ways of making models, each with its seeds, on resamples of patients that they all share, so that what
 * patients have in common cancels in the differences. Throws HolterError when the records differ.
 */
export function comparedScores(
  ways: readonly (readonly PatientPredictions[])[],
  options: BootstrapOptions = {},
): ComparedScore[] {
  const [[first]] = ways
  for (const each of ways.flat()) checkSameRecords(first, each)
  const { level = 0.95 } = options
  const numbers = ways.map(seeds => seeds.map(labelNumbers))
  const means = (weights?: Uint32Array) => numbers.map(seeds => knownMean(seeds.map(of => knownMean(of(weights)))))
  const { drawn } = bootstrap(first.patients, means, options)
  return ways.map((seeds, i) => {
    const scores = seeds.map(selectionScore)
    const own = spread(scores.map(({ value }) => value))
    const base = knownMean(ways[0].map(each => selectionScore(each).value))
    const { name, title } = scores[0]
    const shift = drawn.map(row => row[i] - row[0])
    return {
      name,
      title,
      scores: own,
      interval: percentiles(
        drawn.map(row => row[i]),
        level,
      ),
      ...(i > 0 && { difference: { mean: own.mean - base, interval: percentiles(shift, level) } }),
    }
  })
}
