import {
  type BootstrapOptions,
  bootstrap,
  type Interval,
  knownMean,
  percentiles,
  requirePatients,
} from './bootstrap.ts'
import type { PatientPredictions } from './predictions.ts'

/** 95 % intervals of what decisions score, from bootstraps of patients; [NaN, NaN] where a label is too rare for one. */
export interface DecisionIntervals {
  readonly accuracy: Interval
  readonly balancedAccuracy: Interval
  readonly macroF1: Interval
}

/** Returns the intervals of decisions (0 or 1, row-major [records, labels], from `decide`); the numbers are those of `confusion`. */
export function decisionIntervals(
  decisions: Uint8Array,
  predictions: PatientPredictions,
  options: BootstrapOptions = {},
): DecisionIntervals {
  requirePatients(predictions)
  const { level = 0.95 } = options
  const width = predictions.labels.length
  const { drawn } = bootstrap(predictions.patients, decisionNumbers(decisions, predictions), options)
  const of = (value: (row: readonly number[]) => number) => percentiles(drawn.map(value), level)
  return {
    accuracy: of(row => row[0]),
    balancedAccuracy: of(row => knownMean(row.slice(1 + width))),
    macroF1: of(row => knownMean(row.slice(1, 1 + width))),
  }
}

/** Returns a function that gives the accuracy, then each label's F1, then each label's balanced accuracy, for weighted records. */
export function decisionNumbers(
  decisions: Uint8Array,
  { kind, labels, targets }: PatientPredictions,
): (weights?: Uint32Array) => number[] {
  const width = labels.length
  const single = kind === 'single-label'
  return weights => {
    // Per label: true negatives, false positives, false negatives, true positives.
    const counts = new Float64Array(4 * width)
    for (let i = 0, record = 0; i < targets.length; record++) {
      const weight = weights ? weights[record] : 1
      for (let j = 0; j < width; j++, i++) counts[4 * j + 2 * targets[i] + decisions[i]] += weight
    }
    const each = labels.map((_, j) => counts.subarray(4 * j, 4 * j + 4))
    const right = each.reduce((sum, [negatives, , , positives]) => sum + positives + (single ? 0 : negatives), 0)
    const all = each.reduce((sum, [tn, fp, fn, tp]) => sum + fn + tp + (single ? 0 : tn + fp), 0)
    return [
      right / all,
      ...each.map(([, fp, fn, tp]) => (2 * tp) / (2 * tp + fp + fn)),
      ...each.map(([tn, fp, fn, tp]) => (single ? tp / (tp + fn) : (tp / (tp + fn) + tn / (tn + fp)) / 2)),
    ]
  }
}
