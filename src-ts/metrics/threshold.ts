import { column, countRecords, type Predictions } from './predictions.ts'
import { probabilities } from './probabilities.ts'
import { cuts } from './ranking.ts'

/**
 * Returns one threshold per label, in label order: positive from this probability on. Chosen for the highest F1 of each label;
 * of several equal ones the highest threshold wins (fewer false alarms). It lies halfway between the probabilities it parts,
 * so that the small noise of quantization flips nobody. A label without positives gets .5: nothing can be learned about it.
 * Single-label predictions need none, since the largest logit decides: .5 each.
 * To be called on the validation fold only: thresholds fitted on the records that are scored flatter the score.
 */
export function chooseThresholds(predictions: Predictions): number[] {
  countRecords(predictions)
  const { labels, targets } = predictions
  if (predictions.kind === 'single-label') return labels.map(() => 0.5)
  const all = probabilities(predictions)
  return labels.map((_, j) => bestF1(column(all, labels.length, j), column(targets, labels.length, j)))
}

function bestF1(scores: Float64Array, positives: Float64Array): number {
  const { scores: distinct, truePositives, falsePositives } = cuts(scores, positives)
  const all = truePositives.at(-1) ?? 0
  if (all === 0) return 0.5
  // F1 = 2·tp / (all + called): compared as fractions of integers, so that ties are ties.
  const called = (i: number) => truePositives[i] + falsePositives[i]
  let best = 0
  for (let i = 1; i < distinct.length; i++)
    if (truePositives[i] * (all + called(best)) > truePositives[best] * (all + called(i))) best = i
  const above = distinct[best]
  const below = distinct[best + 1] ?? 0
  const between = (above + below) / 2
  return between > below ? between : above
}
