import { REMEMBERED, remember } from './qrs-levels.ts'

/** A T wave's peak comes at most so many samples after its beat's: half a second. */
export const T_END = 180
/** A T-shaped peak is at most so high and less sharp, and at least so wide, in hundredths of its beat. */
const LOW = 65
const DULL = 65
const WIDE = 130
/** T waves of a heart come behind their beats as late as one another, but for so many samples, and are as high, but for hundredths. */
const DELAY = 40
const HEIGHT = 40
/** So many of the last beats must have had one. */
const HABIT = 3

/** A local maximum of the feature of the QRS detector. */
export interface Peak {
  readonly at: number
  readonly height: number
  /** The feature's value in SHARP_BAND at the same time. */
  readonly sharpness: number
  /** Samples around its top at which the feature is at least half as high. */
  readonly width: number
}

/**
 * Knows the T waves of a heart by habit: low, dull and wide peaks behind beats, which are no beats where several of the last eight had
 * one like it. A single such peak may be a beat.
 */
export class TWaves {
  private beat: Peak | undefined
  /** Samples from the beat to its T-shaped peak, and its height; 0 where there was none. */
  private delay = 0
  private height = 0
  private readonly delays = new Array<number>(REMEMBERED).fill(0)
  private readonly heights = new Array<number>(REMEMBERED).fill(0)

  takeBeat(beat: Peak): void {
    remember(this.delays, this.delay)
    remember(this.heights, this.height)
    this.delay = this.height = 0
    this.beat = beat
  }

  /** Takes a peak behind the last beat; returns whether it is the T wave that this heart usually has. */
  take(peak: Peak): boolean {
    if (!this.beat || !isTShaped(peak, this.beat)) return false
    this.delay = peak.at - this.beat.at
    this.height = peak.height
    return this.alike() >= HABIT
  }

  /** Goes on after a gap: what comes next is behind no beat. The habit stays. */
  restart(): void {
    this.beat = undefined
  }

  private alike(): number {
    let found = 0
    for (let i = 0; i < REMEMBERED; i++) {
      const later = Math.abs(this.delays[i] - this.delay)
      const higher = Math.abs(this.heights[i] - this.height)
      if (later <= DELAY && 100 * higher <= HEIGHT * this.height) found++
    }
    return found
  }
}

function isTShaped(peak: Peak, beat: Peak): boolean {
  return (
    peak.at - beat.at <= T_END &&
    100 * peak.height <= LOW * beat.height &&
    100 * peak.sharpness < DULL * beat.sharpness &&
    100 * peak.width >= WIDE * beat.width
  )
}
