import { column, type Predictions, perLabel } from './predictions.ts'
import { logOdds } from './probabilities.ts'
import { cuts } from './ranking.ts'

/** Points of a precision-recall curve, one per distinct score from the highest down: the lowest threshold stands last. */
export interface PrecisionRecallCurve {
  readonly precision: Float64Array
  readonly recall: Float64Array
  readonly thresholds: Float64Array
}

/** Returns the curve of one class; recall is NaN without positives. The point (recall 0, precision 1) is not among them. */
export function precisionRecallCurve(scores: ArrayLike<number>, positives: ArrayLike<number>): PrecisionRecallCurve {
  const { scores: thresholds, truePositives, falsePositives } = cuts(scores, positives)
  const all = truePositives.at(-1) ?? 0
  return {
    precision: Float64Array.from(truePositives, (found, i) => found / (found + falsePositives[i])),
    recall: Float64Array.from(truePositives, found => found / all),
    thresholds,
  }
}

/** Returns the curve of each label against the rest, in label order; thresholds are log-odds. */
export function precisionRecallCurves(predictions: Predictions): Record<string, PrecisionRecallCurve> {
  const { labels, targets } = predictions
  const scores = logOdds(predictions)
  const width = labels.length
  return perLabel(labels, j => precisionRecallCurve(column(scores, width, j), column(targets, width, j)))
}

/**
 * Returns the average precision: precision at each distinct score, weighted by the recall gained there. No interpolation
 * (as scikit-learn's average_precision_score; the trapezoids under the curve would be too optimistic). NaN without positives.
 */
export function averagePrecision(scores: ArrayLike<number>, positives: ArrayLike<number>): number {
  const { precision, recall } = precisionRecallCurve(scores, positives)
  return precision.reduce(
    (area, value, i) => area + value * (recall[i] - (i ? recall[i - 1] : 0)),
    recall.length ? 0 : NaN,
  )
}
