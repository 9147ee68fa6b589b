import { RATE_HZ } from './integer-qrs.ts'
import type { LabelledBeat } from './observations.ts'

/** Bins of a tenth of a second; the last holds the rest. */
const BINS = 20
/** A label is due so long after the next R peak. */
const DUE = 0.6 * RATE_HZ

/** How long labels took. Seconds. */
export interface LatencySummary {
  /** Beats whose first label came by so many tenths of a second after the next R peak (the first bin: before it, or within a tenth). */
  readonly histogram: readonly number[]
  readonly beats: number
  /** Longest wait behind the next R peak, with the provisional label where one was given. */
  readonly longest: number
  /** Beats whose first label came later than 0.6 s after the next R peak. */
  readonly late: number
  /** Beats that were given a provisional label first. */
  readonly provisional: number
}

/** Counts how long labels take from the next R peak on. */
export class Latencies {
  private readonly histogram = new Array<number>(BINS).fill(0)
  private beats = 0
  private late = 0
  private longest = 0
  private provisional = 0
  /** The beat whose provisional label was the last, and when it came. */
  private early: { sample: number; at: number } | undefined

  take({ sample, provisional, next, at }: LabelledBeat): void {
    if (provisional) {
      this.provisional++
      this.early = { sample, at }
      return
    }
    if (next === undefined) return
    const first = this.early?.sample === sample ? this.early.at : at
    const waited = Math.max(0, first - next)
    this.histogram[Math.min(BINS - 1, Math.floor((10 * waited) / RATE_HZ))]++
    this.beats++
    if (waited > DUE) this.late++
    this.longest = Math.max(this.longest, waited / RATE_HZ)
  }

  summary(): LatencySummary {
    const { histogram, beats, longest, late, provisional } = this
    return { histogram: [...histogram], beats, longest: Math.round(1000 * longest) / 1000, late, provisional }
  }
}
