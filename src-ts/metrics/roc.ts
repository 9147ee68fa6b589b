import { column, countRecords, type Predictions, perLabel } from './predictions.ts'
import { logOdds } from './probabilities.ts'
import { cuts, type Ranking, rank } from './ranking.ts'

/**
 * Returns the area under the ROC curve: the share of positive-negative pairs in which the positive has the higher score,
 * ties counting half (Mann and Whitney, 1947; the same number as midranks and as the trapezoids under `rocCurve`).
 * Any scores in which more means more likely will do: logits, probabilities, int8. NaN when a class is missing.
 * `positives` holds 0 or 1 per record.
 */
export function rocAuc(scores: ArrayLike<number>, positives: ArrayLike<number>): number {
  return weightedAuc(rank(scores), positives)
}

/** Returns the same from a ranking made before; a record of weight w counts as w equal records (a bootstrap resample). */
export function weightedAuc(
  { order, endsTie }: Ranking,
  positives: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number {
  // Descending: every pair of a positive with a negative further down is won. Counts and halves are exact in a double.
  let pairsWon = 0
  let positivesAbove = 0
  let negatives = 0
  let tiedPositives = 0
  let tiedNegatives = 0
  for (let place = 0; place < order.length; place++) {
    const record = order[place]
    const weight = weights ? weights[record] : 1
    if (positives[record]) tiedPositives += weight
    else tiedNegatives += weight
    if (!endsTie[place]) continue
    pairsWon += tiedNegatives * (positivesAbove + tiedPositives / 2)
    positivesAbove += tiedPositives
    negatives += tiedNegatives
    tiedPositives = 0
    tiedNegatives = 0
  }
  return pairsWon / (positivesAbove * negatives)
}

/** Points of a ROC curve from (0, 0) to (1, 1), one per distinct score: records with equal scores move together. */
export interface RocCurve {
  readonly falsePositiveRate: Float64Array
  readonly truePositiveRate: Float64Array
  /** Records with a score of at least this are called positive; Infinity at (0, 0). */
  readonly thresholds: Float64Array
}

/** Returns the ROC curve of one class. Rates are NaN when a class is missing. */
export function rocCurve(scores: ArrayLike<number>, positives: ArrayLike<number>): RocCurve {
  const { scores: distinct, truePositives, falsePositives } = cuts(scores, positives)
  return {
    falsePositiveRate: rates(falsePositives),
    truePositiveRate: rates(truePositives),
    thresholds: Float64Array.of(Number.POSITIVE_INFINITY, ...distinct),
  }
}

/** Returns the ROC curve of each label against the rest, in label order; thresholds are log-odds. */
export function rocCurves(predictions: Predictions): Record<string, RocCurve> {
  const { labels, targets } = predictions
  const scores = logOdds(predictions)
  const width = labels.length
  return perLabel(labels, j => rocCurve(column(scores, width, j), column(targets, width, j)))
}

function rates(counts: Uint32Array): Float64Array {
  const all = counts.at(-1) ?? 0
  return Float64Array.of(0 / all, ...Array.from(counts, count => count / all))
}

export interface MacroAuc {
  /** Unweighted mean over the labels that have an AUC; NaN when none has. */
  readonly macro: number
  /** In label order; NaN for a label without positives or without negatives. */
  readonly perLabel: Readonly<Record<string, number>>
  /** The labels with NaN, left out of the mean. */
  readonly leftOut: readonly string[]
}

/** Returns the AUC of each label against the rest, and their mean. */
export function macroAuc(predictions: Predictions): MacroAuc {
  countRecords(predictions)
  const { labels, targets } = predictions
  const scores = logOdds(predictions)
  const width = labels.length
  const areas = labels.map((_, j) => rocAuc(column(scores, width, j), column(targets, width, j)))
  return {
    macro: mean(areas.filter(area => !Number.isNaN(area))),
    perLabel: perLabel(labels, j => areas[j]),
    leftOut: labels.filter((_, j) => Number.isNaN(areas[j])),
  }
}

/** Returns the mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
