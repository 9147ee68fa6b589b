import type { Opened, SplitName } from '../ecg/dataset.ts'
import type { ParityRow } from '../engines/parity.ts'
import type { Interval } from '../metrics/bootstrap.ts'
import type { Evaluation } from '../metrics/evaluation.ts'
import type { RocCurve } from '../metrics/roc.ts'
import type { Source } from './sources.ts'

/** Everything the report shows, as plain data. What holds one entry per label is looked up by name; `labels` gives the order. */
export interface ReportData {
  readonly network: string
  readonly task: string
  /** The order of every table, legend and colour. */
  readonly labels: readonly string[]
  readonly data: DataSummary
  /** Absent when the model was not trained in this run. */
  readonly training?: TrainingSummary
  /** Which split the scores and the examples come from. */
  readonly split: SplitName
  /** Absent when only the int8 model was there. */
  readonly float?: ScoredModel
  readonly int8: ScoredModel
  /** Macro AUC of int8 minus that of float, on the same resamples of patients. */
  readonly difference?: { readonly difference: number; readonly interval: Interval }
  readonly examples: readonly ExampleRecord[]
  readonly layers: readonly LayerRow[]
  readonly memory: MemorySummary
  readonly parity: readonly ParityRow[]
  readonly files: readonly FileRow[]
  readonly making: Making
  readonly sources: readonly Source[]
}

/** `Opened` of the task, without its signals, and what the opened splits hold. */
export interface DataSummary extends Omit<Opened, 'splits'> {
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  readonly samples: number
  /** Only the splits whose records were opened; the others stay closed and say so. */
  readonly opened: readonly OpenedSplit[]
}

export interface OpenedSplit {
  readonly split: SplitName
  readonly patients: number
  /** Records that have the label. */
  readonly positives: Readonly<Record<string, number>>
}

export interface TrainingSummary {
  readonly epochs: readonly EpochRow[]
  /** Epoch (as in `EpochRow.epoch`) whose weights were kept. */
  readonly bestEpoch: number
  readonly parameters: number
  readonly seconds: number
}

export interface EpochRow {
  /** Counts on from 1 through all phases. */
  readonly epoch: number
  /** 'train', 'prune', …: a change of phase is marked in the curve. */
  readonly phase: string
  readonly loss: number
  readonly validationMacroAuc: number
}

export interface ScoredModel {
  readonly evaluation: Evaluation
  /** From `rocCurves`. */
  readonly roc: Readonly<Record<string, RocCurve>>
}

export interface ExampleRecord {
  readonly id: string
  readonly fold: number
  /** Millivolts, row-major [samples, leads]. */
  readonly signal: Float32Array
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  /** The labels that the source gives it. */
  readonly truth: readonly string[]
  /** Probability per label. */
  readonly float?: Readonly<Record<string, number>>
  readonly int8: Readonly<Record<string, number>>
}

/** One node of the integer graph, in the order in which they run. */
export interface LayerRow {
  readonly name: string
  readonly op: string
  readonly outputShape: readonly number[]
  readonly macs: number
  /** Weights and biases. */
  readonly weights: number
  readonly nonZeroWeights: number
  /** Size of its output in the arena. */
  readonly outputBytes: number
  /** Bytes that must be held while it runs: its inputs, outputs, scratch, and what later nodes still need. */
  readonly liveBytes: number
}

export interface MemorySummary {
  readonly arenaBytes: number
  /** The largest `liveBytes`: no plan can be smaller. */
  readonly arenaLowerBoundBytes: number
  /** Weights, biases, tables: constant bytes of the module. */
  readonly constantBytes: number
}

export interface FileRow {
  readonly name: string
  readonly bytes: number
  /** What it is for, a few words. */
  readonly purpose: string
}

export interface Making {
  /** As one types it. */
  readonly command: string
  readonly seed: number
  readonly stages: readonly { readonly name: string; readonly seconds: number }[]
  /** Holter, node, tfjs, assemblyscript, binaryen, … */
  readonly versions: Readonly<Record<string, string>>
  /** Name → hex digest: data, model, modules. */
  readonly hashes: Readonly<Record<string, string>>
}
