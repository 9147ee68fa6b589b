import type { DataSource, LabelKind, Opened, SplitName } from '../ecg/datasets/dataset.ts'
import type { CutBeats, PeakedRecording } from '../ecg/datasets/peaked-recording.ts'

/** A learning problem: owns data, labels, split and the form of its targets. */
export interface Task {
  readonly name: string
  /** One line for --help. */
  readonly title: string
  readonly kind: LabelKind
  readonly labels: readonly string[]
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  readonly samples: number
  /** Columns of records that are images: their samples are rows then, and their leads are channels. Absent in signals. */
  readonly width?: number
  /** What the samples are: millivolts, or scaled by the task (its file says how). */
  readonly unit: 'mV' | 'relative'
  /** Names of the numbers that go to the network beside the signal. */
  readonly features?: readonly string[]
  /** The data set (a name of `holter data fetch`) without which there is nothing to open; other tasks can draw synthetic records. */
  readonly needs?: string
  /** Records come from a folder with labels.csv, and from nowhere else. */
  readonly ownData?: boolean
  /** The published split goes through patients, so cross-validation deals single records; scores say nothing about new patients. */
  readonly intraPatient?: boolean
  /** How a recording becomes records of single beats; absent where a record is a stretch of the recording. */
  readonly cutBeats?: (recording: PeakedRecording) => CutBeats
  /** Finds the folder that holds this task's data below a data root, or undefined. */
  locate(root: string): string | undefined
  /** Opens the splits asked for, and no other signals. `progress(done, total)` is called as records are read. */
  open(
    source: DataSource,
    splits: readonly SplitName[],
    progress?: (done: number, total: number) => void,
  ): Promise<Opened>
}
