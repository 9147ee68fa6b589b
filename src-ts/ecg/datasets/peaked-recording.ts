import type { Features } from './dataset.ts'

/** A recording of which the R peaks are known, by its annotations or by a detector. */
export interface PeakedRecording {
  /** Millivolts by lead, all of one length, no sample missing. */
  readonly leads: ReadonlyMap<string, Float64Array>
  readonly sampleRateHz: number
  /** Samples of the R peaks, ascending. */
  readonly peaks: Int32Array
}

/** Single beats as a network takes them. */
export interface CutBeats {
  /** Which peak of the recording each beat is. */
  readonly peaks: readonly number[]
  /** Name of the lead without which nothing can be said. */
  readonly mainLead: string
  /** Writes the signal of beat `index` into `out` from `at` on. */
  read(index: number, out: Float32Array, at: number): void
  readonly features?: Features
}
