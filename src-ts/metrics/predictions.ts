import type { Dataset, LabelKind } from '../ecg/datasets/dataset.ts'
import { HolterError } from '../errors.ts'

/**
 * What a network said about labelled records. The scores are logits, before the sigmoid, and say so in their name:
 * every function here that needs probabilities makes them itself, once.
 */
export interface Predictions {
  /** Whether labels exclude each other; default 'multi-label'. */
  readonly kind?: LabelKind
  /** Names of the columns; this order is the order of every result. */
  readonly labels: readonly string[]
  /** Row-major [records, labels]. */
  readonly logits: Float32Array | Float64Array
  /** 0 or 1, row-major [records, labels]. */
  readonly targets: Uint8Array
}

/** What a network said, without what is true. */
export type Scores = Pick<Predictions, 'kind' | 'labels' | 'logits'>

/** Predictions with the patient of each record: what a bootstrap draws. */
export interface PatientPredictions extends Predictions {
  readonly patients: readonly string[]
}

/** A model's logits on a split, with what they are scored against. */
export function predictionsOf(dataset: Dataset, logits: Float32Array | Float64Array): PatientPredictions {
  return {
    kind: dataset.kind,
    labels: dataset.labels,
    logits,
    targets: dataset.targets,
    patients: dataset.records.map(r => r.patient),
  }
}

/**
 * Returns the number of records after checking that the parts fit together.
 * Throws HolterError on unequal lengths, repeated labels, targets other than 0 and 1, logits that are not finite, and a
 * single-label record that has not exactly one label.
 */
export function countRecords({ kind, labels, logits, targets }: Predictions): number {
  const records = logits.length / labels.length
  if (labels.length === 0 || new Set(labels).size !== labels.length)
    throw wrong('labels', 'label names must be there and must differ', labels.join(', ') || 'none')
  if (!Number.isInteger(records))
    throw wrong('logits', 'not a whole number of records', logits.length, `n × ${labels.length}`)
  if (targets.length !== logits.length) throw wrong('targets', 'not one per logit', targets.length, logits.length)
  const place = (i: number) => `record ${Math.floor(i / labels.length)}, label ${labels[i % labels.length]}`
  for (let i = 0; i < logits.length; i++) {
    if (!Number.isFinite(logits[i])) throw wrong(place(i), 'the logit is not finite', logits[i])
    if (targets[i] > 1) throw wrong(place(i), 'the target is neither 0 nor 1', targets[i])
  }
  if (kind === 'single-label') {
    for (let row = 0; row < records; row++) {
      const own = targets.subarray(row * labels.length, (row + 1) * labels.length)
      const sum = own.reduce((a, b) => a + b, 0)
      if (sum !== 1) throw wrong(`record ${row}`, 'not exactly one label', sum, 1)
    }
  }
  return records
}

/** Returns column `index` of a row-major matrix with `width` columns. */
export function column(matrix: ArrayLike<number>, width: number, index: number): Float64Array {
  return Float64Array.from({ length: matrix.length / width }, (_, row) => matrix[row * width + index])
}

/** Returns an object with one entry per label, in label order. */
export function perLabel<T>(labels: readonly string[], value: (index: number) => T): Record<string, T> {
  return Object.fromEntries(labels.map((label, index) => [label, value(index)]))
}

/** Returns the error for predictions that do not fit together. */
export function wrong(where: string, problem: string, got: string | number, expected?: string | number): HolterError {
  return new HolterError({ stage: 'metrics', where, problem, got, expected })
}
