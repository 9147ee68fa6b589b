import type { LabelKind } from '../ecg/datasets/dataset.ts'
import { aucIntervals, type BootstrapOptions, type Interval } from './bootstrap.ts'
import { type Calibration, calibration } from './calibration.ts'
import { confusion, decide, type LabelScores } from './confusion.ts'
import { decisionIntervals } from './decision-intervals.ts'
import { averagePrecision } from './precision-recall.ts'
import { column, countRecords, type PatientPredictions, perLabel } from './predictions.ts'
import { logOdds } from './probabilities.ts'
import { macroAuc } from './roc.ts'

type PerLabel<T> = Readonly<Record<string, T>>

/** All scores of one model on one split: plain data, what `evaluate --json` prints. NaN becomes null in JSON. */
export interface Evaluation {
  /** Whether labels exclude each other; says what `accuracy` counts. */
  readonly kind: LabelKind
  readonly records: number
  readonly patients: number
  /** The labels; every record of numbers below has this order. */
  readonly classes: readonly string[]
  /** Each label against the rest. */
  readonly auc: PerLabel<number>
  /** 95 % intervals from bootstraps of patients. */
  readonly aucInterval: PerLabel<Interval>
  /** Unweighted mean of `auc` without the classes in `leftOut`. */
  readonly macroAuc: number
  readonly macroAucInterval: Interval
  /** Classes without positives or without negatives: no AUC. */
  readonly leftOut: readonly string[]
  readonly averagePrecision: PerLabel<number>
  /** Multi-label: share of record-label pairs that are right. Single-label: share of records that are right. */
  readonly accuracy: number
  readonly accuracyInterval: Interval
  /** Single-label: mean sensitivity. Multi-label: mean of the labels' (sensitivity + specificity) / 2. */
  readonly balancedAccuracy: number
  readonly balancedAccuracyInterval: Interval
  /** Share of records in which every label is right. */
  readonly exactMatch: number
  readonly macroF1: number
  readonly macroF1Interval: Interval
  readonly microF1: number
  /** Mean of the labels' F1, weighted by their records. */
  readonly weightedF1: number
  /** Single-label: records by their label (row) and by the label they were given (column), in the order of `classes`. */
  readonly confusionMatrix?: readonly (readonly number[])[]
  readonly perClass: PerLabel<LabelScores>
  /** On probabilities; not looked at where labels exclude each other. */
  readonly thresholds: PerLabel<number>
  /** Of the probabilities that decisions are made on: logits as they are. */
  readonly calibration: Calibration
  /** Of the logits divided by `temperature`. */
  readonly calibrated?: Calibration
  readonly temperature?: number
  readonly bootstrap: { readonly resamples: number; readonly redrawn: number; readonly seed: number }
}

export interface EvaluateOptions extends BootstrapOptions {
  /** Fitted on the validation fold, never on records that are scored for a final figure. */
  readonly temperature?: number
}

/**
 * Returns the scores of a model. `thresholds` are probabilities in label order, chosen elsewhere (on the validation fold, by
 * `chooseThresholds`). Throws HolterError when the parts of the predictions do not fit together.
 */
export function evaluate(
  predictions: PatientPredictions,
  thresholds: readonly number[],
  options: EvaluateOptions = {},
): Evaluation {
  const { temperature } = options
  const records = countRecords(predictions)
  const { kind = 'multi-label', labels, targets } = predictions
  const width = labels.length
  const odds = logOdds(predictions)
  const areas = macroAuc(predictions)
  const intervals = aucIntervals(predictions, options)
  const decisions = decide(predictions, thresholds)
  const {
    perLabel: perClass,
    accuracy,
    balancedAccuracy,
    macroF1,
    matrix,
    ...scores
  } = confusion(decisions, predictions)
  const ofDecisions = decisionIntervals(decisions, predictions, options)
  return {
    kind,
    records,
    patients: intervals.patients,
    classes: labels,
    auc: areas.perLabel,
    aucInterval: intervals.perLabel,
    macroAuc: areas.macro,
    macroAucInterval: intervals.macro,
    leftOut: areas.leftOut,
    averagePrecision: perLabel(labels, j => averagePrecision(column(odds, width, j), column(targets, width, j))),
    accuracy,
    accuracyInterval: ofDecisions.accuracy,
    balancedAccuracy,
    balancedAccuracyInterval: ofDecisions.balancedAccuracy,
    macroF1,
    macroF1Interval: ofDecisions.macroF1,
    ...scores,
    ...(matrix && { confusionMatrix: matrix }),
    perClass,
    thresholds: perLabel(labels, j => thresholds[j]),
    calibration: calibration(predictions),
    ...(temperature !== undefined && { calibrated: calibration(predictions, temperature), temperature }),
    bootstrap: { resamples: intervals.resamples, redrawn: intervals.redrawn, seed: options.seed ?? 0 },
  }
}
