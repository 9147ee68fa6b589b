import { BEAT_CHANNELS } from '../ecg/beats/beat-stream.ts'
import { BEAT_PEAK, BEAT_RATE_HZ, BEAT_SAMPLES } from '../ecg/beats/beat-window.ts'
import { SlidingOrder } from '../ecg/signal/sliding-order.ts'
import { PARTS_PER_MICROVOLT } from './integer-filter.ts'
import { integerLog, integerRoot } from './integer-logarithm.ts'
import { RATE_HZ } from './integer-qrs.ts'
import { IntegerRhythm, type IntegerRhythmFeatures } from './integer-rhythm.ts'
import type { Likeness } from './observations.ts'

// What ecg/beats/beat-stream.ts says of a beat, in integers: windows in 2⁻¹² of the usual QRS height, numbers in 2⁻¹⁶. A beat is described
// when its window is there, all but for the interval behind it; the first beat of a recording already is, by itself.

/** A scaled sample of this size is as high as the usual QRS complex. */
export const HEIGHT = 4096
const CLIP = 4 * HEIGHT
const STEP = RATE_HZ / BEAT_RATE_HZ
/** Samples at 360 Hz behind the R peak that a window needs. */
export const WINDOW_END = (BEAT_SAMPLES - 1 - BEAT_PEAK) * STEP
/** And before it. */
export const WINDOW_START = BEAT_PEAK * STEP

const SCALE_BEATS = 32
const LEAST_HEIGHT = 100 * PARTS_PER_MICROVOLT
const QRS_REACH = 12
const TEMPLATE_BEATS = 48
const REFRESH = 4
/** Of so many first beats each moves the template at once. */
const LEARNING_BEATS = 8

/** 100 ms before to 133 ms after the R peak are compared. */
const FROM = BEAT_PEAK - 12
const TO = BEAT_PEAK + 16
const LENGTH = TO - FROM + 1
const LEAST_DIFFERENCE = Math.round(0.02 * HEIGHT)
const LEAST_RATIO = Math.round(0.05 * HEIGHT)
/** Taken for the interval before the first beat. */
const LONE = RATE_HZ

/** A beat whose interval behind it may still come. */
export interface IntegerBeat {
  /** Row-major [102, 4], the channels of BEAT_CHANNELS, in 2⁻¹² of a QRS height. */
  readonly channels: Int32Array
  /** Returns the numbers in the order of BEAT_FEATURES, in 2⁻¹⁶; `post` is the interval behind the beat in samples. */
  features(post: number): number[]
  readonly likeness: Likeness
}

/** Describes the beats of one recording in the order in which they come, each by itself and by those before it. */
export class IntegerBeatStream {
  private readonly rhythm = new IntegerRhythm()
  private readonly leads = [new BeatShape(), new BeatShape()]

  /**
   * Takes in a beat: per lead the filtered sample so many samples from its R peak, in parts of a microvolt, undefined where the lead is too
   * poor (not both); and the interval before it, undefined for the first. In the place of a lead that is too poor the other one stands.
   */
  next(leads: readonly (((offset: number) => number) | undefined)[], pre: number | undefined): IntegerBeat {
    const channels = new Int32Array(BEAT_SAMPLES * BEAT_CHANNELS.length)
    const shapes = this.leads.map((lead, i) => leads[i] && lead.next(leads[i], channels, 2 * i))
    for (const i of [0, 1]) if (!shapes[i]) copyLead(channels, 1 - i, i)
    const [main, second] = [shapes[0] ?? shapes[1]!, shapes[1] ?? shapes[0]!]
    const rhythm = this.rhythm.next(pre ?? LONE)
    return { channels, features: post => listed(rhythm, main, post), likeness: likenessOf([main, second]) }
  }
}

function copyLead(channels: Int32Array, from: number, to: number): void {
  for (let i = 0; i < channels.length; i += BEAT_CHANNELS.length)
    for (const k of [0, 1]) channels[i + 2 * to + k] = channels[i + 2 * from + k]
}

/** How a beat's QRS complex differs from the usual one; ecg/beats/beat-template.ts in 2⁻¹⁶. */
interface IntegerShape {
  readonly correlation: number
  readonly logDifference: number
  readonly logHeight: number
  /** Width over that of the usual complex, in thousandths. */
  readonly width: number
  /** Correlation with the complexes of the last two beats, the last first, in 2⁻¹³; 0 where there is none. */
  readonly before: readonly [number, number]
}

/** What the beats of one lead usually look like. */
class BeatShape {
  private readonly heights = new SlidingOrder(SCALE_BEATS)
  private readonly samples = Array.from({ length: BEAT_SAMPLES }, () => new SlidingOrder(TEMPLATE_BEATS))
  private readonly template = new Float64Array(BEAT_SAMPLES)
  private readonly window = new Float64Array(BEAT_SAMPLES)
  /** The windows of the last two beats, the last first. */
  private readonly before = [new Float64Array(BEAT_SAMPLES), new Float64Array(BEAT_SAMPLES)] as const
  private beats = 0

  next(at: (offset: number) => number, channels: Int32Array, channel: number): IntegerShape {
    const { window, template, samples } = this
    for (let i = 0; i < BEAT_SAMPLES; i++) window[i] = at((i - BEAT_PEAK) * STEP)
    this.heights.push(peakToPeak(window, BEAT_PEAK - QRS_REACH, BEAT_PEAK + QRS_REACH))
    const height = Math.max(LEAST_HEIGHT, Math.floor(this.heights.median()))
    for (let i = 0; i < BEAT_SAMPLES; i++) {
      const scaled = Math.floor((2 * HEIGHT * window[i] + height) / (2 * height))
      window[i] = Math.max(-CLIP, Math.min(CLIP, scaled))
    }
    if (this.beats === 0) template.set(window)
    for (let i = 0, to = channel; i < BEAT_SAMPLES; i++, to += BEAT_CHANNELS.length) {
      channels[to] = window[i]
      channels[to + 1] = window[i] - template[i]
    }
    const shape = compare(window, template, this.before)
    this.before[1].set(this.before[0])
    this.before[0].set(window)
    for (let i = 0; i < BEAT_SAMPLES; i++) samples[i].push(window[i])
    if (++this.beats <= LEARNING_BEATS || this.beats % REFRESH === 0)
      for (let i = 0; i < BEAT_SAMPLES; i++) template[i] = Math.floor(samples[i].median())
    return shape
  }
}

function compare(
  window: Float64Array,
  template: Float64Array,
  [last, earlier]: readonly [Float64Array, Float64Array],
): IntegerShape {
  let squares = 0
  for (let i = FROM; i <= TO; i++) squares += (window[i] - template[i]) * (window[i] - template[i])
  const [own, usual] = [height(window), height(template)]
  return {
    correlation: 8 * correlation(window, template),
    logDifference: integerLog(integerRoot(Math.floor(squares / LENGTH)) + LEAST_DIFFERENCE) - integerLog(HEIGHT),
    logHeight: integerLog(own) - integerLog(usual),
    width: Math.floor((1000 * area(window) * usual) / (own * area(template))),
    before: [correlation(window, last), correlation(window, earlier)],
  }
}

/** Correlation of two complexes in 2⁻¹³, rounded down: below 2⁵³ on the way, whatever the windows are. */
function correlation(a: Float64Array, b: Float64Array): number {
  let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0]
  for (let i = FROM; i <= TO; i++) {
    sumA += a[i]
    sumB += b[i]
    sumAA += a[i] * a[i]
    sumBB += b[i] * b[i]
    sumAB += a[i] * b[i]
  }
  const spread = integerRoot(LENGTH * sumAA - sumA * sumA) * integerRoot(LENGTH * sumBB - sumB * sumB)
  return spread > 0 ? Math.floor(((LENGTH * sumAB - sumA * sumB) * 8192) / spread) : 0
}

/** The area between a complex and its mean, times its length; of a flat one 1. Over its height it is a measure of its width. */
function area(window: Float64Array): number {
  let [total, sum] = [0, 0]
  for (let i = FROM; i <= TO; i++) total += window[i]
  for (let i = FROM; i <= TO; i++) sum += Math.abs(LENGTH * window[i] - total)
  return Math.max(1, sum)
}

function height(window: Float64Array): number {
  return Math.max(LEAST_RATIO, peakToPeak(window, FROM, TO))
}

function likenessOf([main, second]: readonly IntegerShape[]): Likeness {
  const thousandths = (correlation: number) => Math.floor((1000 * correlation) / 8192)
  const mean = (i: number) => thousandths(Math.floor((main.before[i] + second.before[i]) / 2))
  return {
    usual: [thousandths(main.correlation / 8), thousandths(second.correlation / 8)],
    widths: [main.width, second.width],
    alike: Math.max(mean(0), mean(1)),
  }
}

function peakToPeak(window: Float64Array, from: number, to: number): number {
  let [low, high] = [window[from], window[from]]
  for (let i = from; i <= to; i++) {
    if (window[i] < low) low = window[i]
    if (window[i] > high) high = window[i]
  }
  return high - low
}

function listed(rhythm: IntegerRhythmFeatures, shape: IntegerShape, post: number): number[] {
  return [
    rhythm.preToLocal,
    rhythm.postToLocal(post),
    rhythm.preToMean,
    rhythm.postToPre(post),
    shape.correlation,
    shape.logDifference,
    shape.logHeight,
    rhythm.logMedianStep,
    rhythm.steadyShare,
    rhythm.entropy,
  ]
}
