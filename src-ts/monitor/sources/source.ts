/** A piece of a recording as it comes. */
export type Block = Frames | Silence

/** Samples of all leads, one frame after another, in whole microvolts; MISSING where there is none. */
export interface Frames {
  readonly kind: 'frames'
  readonly frames: Int32Array
}

/** So many seconds were lost. */
export interface Silence {
  readonly kind: 'gap'
  readonly seconds: number
}

/** Where samples come from. */
export interface Source {
  /** Name of the recording, for the files that are written. */
  readonly name: string
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  /** Length of the recording; undefined where it goes on until it is stopped. */
  readonly seconds: number | undefined
  /** Samples come at the pace of the patient, and nobody may read ahead. */
  readonly live: boolean
  /** Begins to read; ends when there is no more, or the signal aborts. */
  blocks(signal?: AbortSignal): AsyncIterable<Block>
}
