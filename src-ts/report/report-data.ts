import type { Opened, SplitName } from '../ecg/datasets/dataset.ts'
import type { ParityRow } from '../engines/parity.ts'
import type { AamiTables } from '../metrics/aami.ts'
import type { Evaluation } from '../metrics/evaluation.ts'
import type { PrecisionRecallCurve } from '../metrics/precision-recall.ts'
import type { RocCurve } from '../metrics/roc.ts'
import type { ScoreDifference } from '../metrics/score-difference.ts'
import type { Source } from './sources.ts'

/** Everything the report shows, as plain data. What holds one entry per label is looked up by name; `labels` gives the order. */
export interface ReportData {
  /** What was scored: the name of a network, or of a model's file. */
  readonly network: string
  readonly task: string
  /** One sentence below the heading: how the page came about. */
  readonly lead: string
  /** The order of every table, legend and colour. */
  readonly labels: readonly string[]
  readonly data: DataSummary
  /** Absent when the model was not trained in this run. */
  readonly training?: TrainingSummary
  /** Which split the scores and the examples come from. */
  readonly split: SplitName
  readonly model: ScoredModel
  /** What it is compared with, on the same records: the float model before quantization, or another one. */
  readonly base?: ScoredModel
  /** How much higher the selection score of `model` is, on the same resamples of patients. */
  readonly difference?: ScoreDifference
  /** Of beats that were cut out of recordings. */
  readonly aami?: AamiTables
  readonly examples: readonly ExampleRecord[]
  /** How they were chosen: the first record of each label, or those with the largest loss. */
  readonly examplesAre: 'first' | 'worst'
  /** Absent where nothing was built. */
  readonly layers?: readonly LayerRow[]
  readonly memory?: MemorySummary
  readonly parity?: readonly ParityRow[]
  /** Absent where nothing was timed. */
  readonly times?: readonly TimeRow[]
  readonly files?: readonly FileRow[]
  readonly making: Making
  readonly sources: readonly Source[]
}

/** `Opened` of the task, without its signals, and what the opened splits hold. */
export interface DataSummary extends Omit<Opened, 'splits'> {
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  readonly samples: number
  readonly unit: 'mV' | 'relative'
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
  /** On the validation records: macro AUC, or macro F1 where labels exclude each other. */
  readonly score: number
}

export interface ScoredModel {
  /** 'int8', 'float', or what tells two models apart. */
  readonly name: string
  readonly evaluation: Evaluation
  /** From `rocCurves`. */
  readonly roc: Readonly<Record<string, RocCurve>>
  /** From `precisionRecallCurves`. */
  readonly precisionRecall: Readonly<Record<string, PrecisionRecallCurve>>
  /** Whether its temperature came with the model, or was fitted on the validation records that are scored. */
  readonly temperatureFrom?: 'model' | 'these records'
}

export interface ExampleRecord {
  readonly id: string
  readonly fold: number
  /** In the data's unit, row-major [samples, leads]. */
  readonly signal: Float32Array
  readonly unit: 'mV' | 'relative'
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  /** The labels that the source gives it. */
  readonly truth: readonly string[]
  /** The labels that the model gives it. */
  readonly called: readonly string[]
  /** In nats, where it was chosen by its loss. */
  readonly loss?: number
  /** Probability per label. */
  readonly model: Readonly<Record<string, number>>
  readonly base?: Readonly<Record<string, number>>
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
  /** Without strips, where these were asked for. */
  readonly wholeArenaBytes?: number
  readonly arenaBytes: number
  /** The largest `liveBytes`: no plan can be smaller. */
  readonly arenaLowerBoundBytes: number
  /** Weights, biases, tables: constant bytes of the module. */
  readonly constantBytes: number
}

/** How long one inference takes in an engine and flavour. */
export interface TimeRow {
  readonly engine: string
  readonly flavour: string
  readonly medianNs: number
  readonly minNs: number
  /** How many times as fast as tflite-micro; absent where that is not installed. */
  readonly timesTfliteMicro?: number
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
  readonly seed?: number
  readonly stages: readonly { readonly name: string; readonly seconds: number }[]
  /** Holter, node, tfjs, assemblyscript, binaryen, … */
  readonly versions: Readonly<Record<string, string>>
  /** Name → hex digest: data, model, modules. */
  readonly hashes: Readonly<Record<string, string>>
}
