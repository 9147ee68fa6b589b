import { CausalFilter, ecgFilter } from '../signal/filters.ts'
import { SlidingOrder } from '../signal/sliding-order.ts'

/** The piece of a lead that a beat is judged by: 350 ms before its R peak to 500 ms after it. */
export const BEAT_SAMPLES = 102
export const BEAT_RATE_HZ = 120
/** Place of the R peak in the window. */
export const BEAT_PEAK = 42
/** Rate of the signals that windows are cut from; every third sample is taken. */
const BEAT_SOURCE_RATE_HZ = 360
const STEP = BEAT_SOURCE_RATE_HZ / BEAT_RATE_HZ

/** Takes out breathing and muscles; what is left above 60 Hz is too small to fold back into the window. */
const BAND = { highPassHz: 0.5, lowPassHz: 40 } as const

/** The QRS complex lies within 100 ms of its peak. */
const QRS_REACH = 12
/** Beats that the usual size of a QRS complex is taken from. */
const SCALE_BEATS = 32
/** A lead that fell off must not be blown up to a beat. */
const LEAST_SCALE_MV = 0.1
/** Scaled samples are kept within this many QRS heights. */
const BEAT_CLIP = 4

/** Returns the filter that a lead goes through before windows are cut: causal, one for each lead. */
export function beatFilter(): CausalFilter {
  return new CausalFilter(ecgFilter(BAND, BEAT_SOURCE_RATE_HZ))
}

/**
 * Returns the window around a peak: 102 samples at 120 Hz of a filtered lead at 360 Hz, the peak at place 42. Before the record's first
 * sample and after its last one the lead is taken to stand still.
 */
export function cutBeat(lead: ArrayLike<number>, peak: number): Float32Array {
  const window = new Float32Array(BEAT_SAMPLES)
  const last = lead.length - 1
  for (let i = 0; i < BEAT_SAMPLES; i++) window[i] = lead[Math.min(last, Math.max(0, peak + (i - BEAT_PEAK) * STEP))]
  return window
}

/** The usual height of a lead's QRS complexes: the median of the last 32, at least 0.1 mV. */
export class BeatScale {
  private readonly heights = new SlidingOrder(SCALE_BEATS)

  push(window: Float32Array): void {
    this.heights.push(peakToPeak(window, BEAT_PEAK - QRS_REACH, BEAT_PEAK + QRS_REACH))
  }

  /** Returns the window in units of that height, within ±4. */
  scaled(window: Float32Array): Float32Array {
    const height = Math.max(LEAST_SCALE_MV, this.heights.median())
    return window.map(value => Math.min(BEAT_CLIP, Math.max(-BEAT_CLIP, value / height)))
  }
}

/** Returns the distance from the lowest to the highest sample of places `from` … `to`, both included. */
export function peakToPeak(window: Float32Array, from: number, to: number): number {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = from; i <= to; i++) {
    low = Math.min(low, window[i])
    high = Math.max(high, window[i])
  }
  return high - low
}
