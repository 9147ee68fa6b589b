import { mean } from './roc.ts'

/** What several runs of one experiment gave. */
export interface Spread {
  readonly mean: number
  /** Sample deviation (divided by n − 1); NaN of a single value. */
  readonly deviation: number
  /** As given, in their order. */
  readonly values: readonly number[]
}

/** Returns mean and sample deviation of seeds or folds; NaN when one of the values is. */
export function spread(values: readonly number[]): Spread {
  const middle = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
  // One value says nothing about how far the next one will lie: 0 / 0.
  return { mean: middle, deviation: Math.sqrt(squares / (values.length - 1)), values }
}

/** Parts of an evaluation that are counts or settings, not scores. */
const NO_SCORES = new Set(
  'records patients support truePositives falsePositives trueNegatives falseNegatives thresholds temperature bootstrap'.split(
    ' ',
  ),
)

/**
 * Returns the spread of every score of evaluations of one form, by its path: 'macroAuc', 'auc.MI', 'perClass.MI.sensitivity'.
 * Intervals, curves and matrices are no scores and are left out, as are counts and settings.
 */
export function spreadOfScores(evaluations: readonly object[]): Record<string, Spread> {
  const paths = Object.keys(scoresOf(evaluations[0]))
  const all = evaluations.map(evaluation => scoresOf(evaluation))
  return Object.fromEntries(paths.map(path => [path, spread(all.map(scores => scores[path]))]))
}

/** Every number in nested objects, by its path. */
function scoresOf(part: object, path = ''): Record<string, number> {
  const scores: Record<string, number> = {}
  for (const [name, value] of Object.entries(part)) {
    if (NO_SCORES.has(name) || Array.isArray(value)) continue
    const own = path ? `${path}.${name}` : name
    if (typeof value === 'number') scores[own] = value
    else if (typeof value === 'object' && value !== null) Object.assign(scores, scoresOf(value, own))
  }
  return scores
}
