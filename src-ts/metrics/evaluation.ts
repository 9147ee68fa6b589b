import { aucIntervals, type BootstrapOptions, type Interval } from './bootstrap.ts'
import { confusion, decide, type LabelScores } from './confusion.ts'
import { averagePrecision } from './precision-recall.ts'
import { column, countRecords, type PatientPredictions, perLabel } from './predictions.ts'
import { macroAuc } from './roc.ts'

type PerLabel<T> = Readonly<Record<string, T>>

/** All scores of one model on one split: plain data, what `evaluate --json` prints. NaN becomes null in JSON. */
export interface Evaluation {
  readonly records: number
  readonly patients: number
  /** The labels; every record of numbers below has this order. */
  readonly classes: readonly string[]
  readonly auc: PerLabel<number>
  /** 95 % intervals from bootstraps of patients. */
  readonly aucInterval: PerLabel<Interval>
  /** Unweighted mean of `auc` without the classes in `leftOut`. */
  readonly macroAuc: number
  readonly macroAucInterval: Interval
  /** Classes without positives or without negatives: no AUC. */
  readonly leftOut: readonly string[]
  readonly averagePrecision: PerLabel<number>
  /** Mean accuracy of the labels (share of record-label pairs that are right). */
  readonly accuracy: number
  /** Share of records in which every label is right. */
  readonly exactMatch: number
  readonly macroF1: number
  readonly microF1: number
  readonly perClass: PerLabel<LabelScores>
  /** On probabilities. */
  readonly thresholds: PerLabel<number>
  readonly bootstrap: { readonly resamples: number; readonly redrawn: number; readonly seed: number }
}

/**
 * Returns the scores of a model. `thresholds` are probabilities in label order, chosen elsewhere (on the validation fold, by
 * `chooseThresholds`). Throws HolterError when the parts of the predictions do not fit together.
 */
export function evaluate(
  predictions: PatientPredictions,
  thresholds: readonly number[],
  options: BootstrapOptions = {},
): Evaluation {
  const records = countRecords(predictions)
  const { labels, logits, targets } = predictions
  const width = labels.length
  const areas = macroAuc(predictions)
  const intervals = aucIntervals(predictions, options)
  const { perLabel: perClass, ...scores } = confusion(decide(predictions, thresholds), predictions)
  return {
    records,
    patients: intervals.patients,
    classes: labels,
    auc: areas.perLabel,
    aucInterval: intervals.perLabel,
    macroAuc: areas.macro,
    macroAucInterval: intervals.macro,
    leftOut: areas.leftOut,
    averagePrecision: perLabel(labels, j => averagePrecision(column(logits, width, j), column(targets, width, j))),
    ...scores,
    perClass,
    thresholds: perLabel(labels, j => thresholds[j]),
    bootstrap: { resamples: intervals.resamples, redrawn: intervals.redrawn, seed: options.seed ?? 0 },
  }
}
