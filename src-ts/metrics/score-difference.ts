import {
  aucNumbers,
  type BootstrapOptions,
  bootstrap,
  type Interval,
  knownMean,
  percentiles,
  requirePatients,
} from './bootstrap.ts'
import { decide } from './confusion.ts'
import { decisionNumbers } from './decision-intervals.ts'
import { type PatientPredictions, wrong } from './predictions.ts'
import { type SelectionScore, selectionScore } from './selection-score.ts'

/** How much better one model is than another on the same records. */
export interface ScoreDifference extends Pick<SelectionScore, 'name' | 'title'> {
  readonly base: number
  readonly other: number
  /** `other` − `base`. */
  readonly difference: number
  /** 95 %, from bootstraps of patients. */
  readonly interval: Interval
  /** Share of the resamples in which the difference is zero or has the other sign; as rough as the number of patients is small. */
  readonly oppositeShare: number
}

/**
 * Returns how much higher the selection score of `other` is than that of `base`: both are scored on the same resamples of
 * patients, so what the patients have in common cancels. Throws HolterError when the records differ.
 */
export function scoreDifference(
  base: PatientPredictions,
  other: PatientPredictions,
  options: BootstrapOptions = {},
): ScoreDifference {
  checkSameRecords(base, other)
  const { name, title, value } = selectionScore(base)
  const numbers = [base, other].map(labelNumbers)
  const width = base.labels.length
  const both = bootstrap(base.patients, weights => numbers.flatMap(of => of(weights)), options)
  const differences = both.drawn.map(row => knownMean(row.slice(width)) - knownMean(row.slice(0, width)))
  const ofOther = selectionScore(other).value
  const difference = ofOther - value
  return {
    name,
    title,
    base: value,
    other: ofOther,
    difference,
    interval: percentiles(differences, options.level ?? 0.95),
    oppositeShare: differences.filter(drawn => drawn * difference <= 0).length / differences.length,
  }
}

/** Throws HolterError unless both were scored on the same records, each with its patient. */
export function checkSameRecords(base: PatientPredictions, other: PatientPredictions): void {
  for (const part of ['labels', 'targets', 'patients'] as const)
    if (base[part].length !== other[part].length || base[part].some((value, i) => value !== other[part][i]))
      throw wrong(
        part,
        'the two models were scored on different records',
        'unequal',
        'the same records in the same order',
      )
  for (const each of [base, other]) requirePatients(each)
}

/** What the selection score is the mean of: each label's AUC, or its F1. */
export function labelNumbers(predictions: PatientPredictions): (weights?: Uint32Array) => readonly number[] {
  if (predictions.kind !== 'single-label') return aucNumbers(predictions)
  const numbers = decisionNumbers(decide(predictions, []), predictions)
  return weights => numbers(weights).slice(1, 1 + predictions.labels.length)
}
