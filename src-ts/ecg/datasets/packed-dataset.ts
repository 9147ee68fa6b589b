import { createHash } from 'node:crypto'
import { endianness } from 'node:os'
import type { Dataset, LabelKind, RecordInfo, SplitName } from './dataset.ts'

/** Which part of the data a fold belongs to: 1–8 train, 9 validation, 10 test (the recommendation of PTB-XL's authors). */
export function splitOfFold(fold: number): SplitName {
  return fold <= 8 ? 'train' : fold === 9 ? 'validation' : 'test'
}

/** In the order in which hashes and checks go through them. */
export const splitNames: readonly SplitName[] = ['train', 'validation', 'test']

/** What a record is before its signals are read. */
export interface RecordPlan extends RecordInfo {
  /** Indices into the task's labels, ascending. */
  readonly labels: readonly number[]
  /** Indices into the collection's auxiliary labels. */
  readonly auxiliary?: readonly number[]
}

/**
 * The signals of a split as 16 bit samples, two bytes each: all of PTB-XL at 100 Hz takes 0.52 GB this way, twice that as floats.
 * millivolts = (sample − baseline) × millivoltsPerStep, each per record and lead.
 */
export interface PackedSignals {
  /** [record, sample, lead] */
  readonly digital: Int16Array
  /** [record, lead] */
  readonly baseline: Float64Array
  /** [record, lead]; the number of steps in a millivolt, so that a division gives the same double as other readers' */
  readonly stepsPerMillivolt: Float64Array
}

/** Returns room for the signals of `records` records. */
export function packedSignals(records: number, samples: number, leads: number): PackedSignals {
  return {
    digital: new Int16Array(records * samples * leads),
    baseline: new Float64Array(records * leads),
    stepsPerMillivolt: new Float64Array(records * leads).fill(1000),
  }
}

export interface PackedParts {
  readonly name: string
  readonly synthetic: boolean
  readonly split: SplitName
  /** Default 'multi-label'. */
  readonly kind?: LabelKind
  readonly samples: number
  readonly sampleRateHz: number
  readonly leads: readonly string[]
  readonly labels: readonly string[]
  /** Names of the auxiliary labels, where there are any. */
  readonly auxiliary?: readonly string[]
  readonly plans: readonly RecordPlan[]
  readonly signals: PackedSignals
}

/** Returns the dataset over packed signals; `read` makes millivolts in single precision, rounded once. */
export function packedDataset({ plans, signals, auxiliary, ...facts }: PackedParts): Dataset {
  const { samples, leads, labels } = facts
  const { digital, baseline, stepsPerMillivolt } = signals
  const targets = binarized(
    plans.map(plan => plan.labels),
    labels.length,
  )
  return {
    ...facts,
    kind: facts.kind ?? 'multi-label',
    length: plans.length,
    targets,
    records: plans.map(({ id, patient, fold }) => ({ id, patient, fold })),
    ...(auxiliary && {
      auxiliary: {
        labels: auxiliary,
        targets: binarized(
          plans.map(plan => plan.auxiliary ?? []),
          auxiliary.length,
        ),
      },
    }),
    read(index, out, at) {
      if (!(index >= 0 && index < plans.length)) throw new RangeError(`record ${index} of ${plans.length}`)
      const from = index * samples * leads.length
      for (let lead = 0; lead < leads.length; lead++) {
        const zero = baseline[index * leads.length + lead]
        const steps = stepsPerMillivolt[index * leads.length + lead]
        for (let i = lead; i < samples * leads.length; i += leads.length)
          out[at + i] = (digital[from + i] - zero) / steps
      }
    },
  }
}

/** Returns a row for each list of indices: 1 at each of them, 0 elsewhere. */
function binarized(rows: readonly (readonly number[])[], width: number): Uint8Array {
  const table = new Uint8Array(rows.length * width)
  for (const [row, indices] of rows.entries()) {
    for (const index of indices) table[row * width + index] = 1
  }
  return table
}

/**
 * Returns the SHA-256 (hex) of what was opened: per split the ids, patients, folds and labels, then the scaling and the samples,
 * in order. The same records give the same hash wherever their files lie.
 */
export function hashOf(parts: readonly PackedParts[]): string {
  const hash = createHash('sha256')
  for (const { split, labels, plans, signals } of parts) {
    hash.update(`${split} ${plans.length}\n`)
    hash.update(
      plans
        .map(
          ({ id, patient, fold, labels: own }) => `${id}\t${patient}\t${fold}\t${own.map(i => labels[i]).join(' ')}\n`,
        )
        .join(''),
    )
    for (const array of [signals.baseline, signals.stepsPerMillivolt, signals.digital]) hash.update(littleEndian(array))
  }
  return hash.digest('hex')
}

function littleEndian(array: Int16Array | Float64Array): Uint8Array {
  const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength)
  if (endianness() === 'LE') return bytes
  const copy = Buffer.from(bytes)
  return array.BYTES_PER_ELEMENT === 2 ? copy.swap16() : copy.swap64()
}
