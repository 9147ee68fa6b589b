/**
 * Records of equal length with their labels: what a task hands to training and evaluation.
 * Signals are read record by record, so that a store may hold them packed, cached or on disk.
 */
export interface Dataset {
  /** 'ptb-xl', 'synthetic', … */
  readonly name: string
  readonly synthetic: boolean
  /** Which part: 'train' (folds 1–8), 'validation' (fold 9) or 'test' (fold 10). */
  readonly split: SplitName
  readonly kind: LabelKind
  readonly length: number
  readonly samples: number
  /** Columns of a record that is an image: its samples are rows then, and its leads are channels. Absent in signals. */
  readonly width?: number
  readonly sampleRateHz: number
  readonly leads: readonly string[]
  readonly labels: readonly string[]
  /** 0 or 1, row-major [length, labels.length]; exactly one 1 in a row of a single-label data set. */
  readonly targets: Uint8Array
  /** One entry per record: id as the source writes it, patient for grouping, fold 1–10. */
  readonly records: readonly RecordInfo[]
  /** Writes record `index` in the task's unit, row-major [samples, leads] or [samples, width, leads], into `out` from `at` on. */
  read(index: number, out: Float32Array, at: number): void
  /** Numbers that go to the network beside the signal. */
  readonly features?: Features
  /** What else is known of the records: training may learn it along (train/auxiliary.ts), the model that comes out does not tell it. */
  readonly auxiliary?: Auxiliary
  /** Further records, made of the signals of these: training sees them, too, and nothing is scored on them. */
  along?(): Dataset
}

/** Returns how many values a record holds, its features not counted. */
export function recordSize({ samples, width = 1, leads }: Pick<Dataset, 'samples' | 'width' | 'leads'>): number {
  return samples * width * leads.length
}

/** Labels beside those of the task. */
export interface Auxiliary {
  readonly labels: readonly string[]
  /** 0 or 1, row-major [length, labels.length]. */
  readonly targets: Uint8Array
}

/** Multi-label: each label is there or not, whatever the others (sigmoids). Single-label: exactly one is right (softmax). */
export type LabelKind = 'multi-label' | 'single-label'

/** Numbers known of each record, in their own units; a network takes them as its second input, standardized. */
export interface Features {
  readonly names: readonly string[]
  /** Writes the numbers of record `index` into `out` from `at` on. */
  read(index: number, out: Float32Array, at: number): void
}

export type SplitName = 'train' | 'validation' | 'test'

export interface RecordInfo {
  readonly id: string
  readonly patient: string
  readonly fold: number
  /** Where it was cut out, if it is a piece of a longer recording (a beat). */
  readonly from?: { readonly recording: string; readonly seconds: number }
}

/** Where a task's records come from. */
export type DataSource =
  | { readonly kind: 'folder'; readonly dir: string; readonly skipMissing?: boolean; readonly reading?: FileReading }
  | { readonly kind: 'synthetic'; readonly seed: number; readonly records?: number }

/** How files of a folder of one's own are read. */
export interface FileReading {
  /** Sample rate in Hz of CSV and .npy files; default the task's. */
  readonly rate?: number
  /** Unit of CSV and .npy files; default mV. */
  readonly units?: string
  /** Converts files of another rate than the task's; else they are errors. */
  readonly resample?: boolean
}

/** Standardization by the training records: (x − mean) / deviation, a scalar each over all leads and samples. */
export interface Standardization {
  readonly mean: number
  readonly deviation: number
  /** The same for each feature, where a task has them; clipped afterwards (ir/input-map.ts). */
  readonly features?: FeatureStandardization
  /** The network sees drawings of the records (ecg/datasets/drawn.ts): the scalars are of grey levels, and these of the records' millivolts. */
  readonly drawn?: { readonly mean: number; readonly deviation: number }
}

export interface FeatureStandardization {
  readonly names: readonly string[]
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
}

/** What a task opened, and what it left out and why: printed with every score. */
export interface Opened {
  readonly name: string
  readonly synthetic: boolean
  /** The folder, or 'seed N'. */
  readonly source: string
  /** Labelled records per split, counted from the label file for all three; signals are opened only where asked. */
  readonly records: Readonly<Record<SplitName, number>>
  /** Labelled records per fold 1–10 (index 0 = fold 1), where the data has folds. */
  readonly folds?: readonly number[]
  /** Sentences that must stand beside every score: an exception of the split, a protocol that flatters. */
  readonly notes?: readonly string[]
  /** Records dropped, by reason ('no superclass', 'missing file'). */
  readonly dropped: Readonly<Record<string, number>>
  /** SHA-256 (hex) over the ids, labels, folds and signal bytes of the opened splits, in order. */
  readonly hash: string
  readonly splits: Readonly<Partial<Record<SplitName, Dataset>>>
}
