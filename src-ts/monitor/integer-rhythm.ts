import { SlidingOrder } from '../ecg/signal/sliding-order.ts'
import { integerLog, ONE } from './integer-logarithm.ts'
import { RATE_HZ } from './integer-qrs.ts'

/** The counts and bounds of ecg/beats/beat-rhythm.ts; intervals in samples, logarithms in 2⁻¹⁶. */
const LOCAL_BEATS = 10
const RHYTHM_BEATS = 64
const SHORTEST = RATE_HZ / 10
const LONGEST = 3 * RATE_HZ
const REGULAR = Math.round(0.06 * ONE)
const LEAST = Math.round(0.01 * ONE)

/** What ecg/beats/beat-rhythm.ts says of a beat, as whole numbers of 2⁻¹⁶; the interval after the beat is given when it is known. */
export interface IntegerRhythmFeatures {
  readonly preToLocal: number
  readonly postToLocal: (post: number) => number
  readonly preToMean: number
  readonly postToPre: (post: number) => number
  readonly preToLong: number
  readonly preToLongest: number
  readonly logDeviation: number
  readonly logMedianStep: number
  readonly regularShare: number
  readonly steadyShare: number
  readonly logMeanStep: number
}

/** Follows the RR intervals of one recording in integers. */
export class IntegerRhythm {
  private readonly local = new SlidingOrder(LOCAL_BEATS)
  private readonly logs = new SlidingOrder(RHYTHM_BEATS)
  private readonly steps = new SlidingOrder(RHYTHM_BEATS)
  private sum = 0
  private count = 0
  private lastLog: number | undefined

  /** Takes in the interval before a beat, in samples, and returns the beat's features. */
  next(interval: number): IntegerRhythmFeatures {
    const pre = bounded(interval)
    const log = integerLog(pre)
    this.local.push(pre)
    this.logs.push(log)
    this.steps.push(Math.abs(log - (this.lastLog ?? log)))
    this.lastLog = log
    this.sum += pre
    this.count++
    const { local, logs, steps } = this
    const middle = logs.median()
    // Twice the distance, since the middle of two numbers may be a half.
    const near = (value: number) => Math.abs(2 * value - 2 * middle) < 2 * REGULAR
    const logLocal = integerLog(total(local)) - integerLog(local.size)
    return {
      preToLocal: log - logLocal,
      postToLocal: post => integerLog(bounded(post)) - logLocal,
      preToMean: log + integerLog(this.count) - integerLog(this.sum),
      postToPre: post => integerLog(bounded(post)) - log,
      preToLong: log - ninthDecile(logs),
      preToLongest: log - logs.ranked(logs.size - 1),
      logDeviation: logOfShare(Math.floor(logs.medianDeviation())),
      logMedianStep: logOfShare(Math.floor(steps.median())),
      regularShare: Math.floor(logs.share(near) * ONE),
      steadyShare: Math.floor(steps.share(value => value < REGULAR) * ONE),
      logMeanStep: logOfShare(Math.floor(total(steps) / steps.size)),
    }
  }
}

/** Returns log(value + .01) of a value in 2⁻¹⁶. */
function logOfShare(value: number): number {
  return integerLog(value + LEAST) - integerLog(ONE)
}

function total(order: SlidingOrder): number {
  let sum = 0
  for (let rank = 0; rank < order.size; rank++) sum += order.ranked(rank)
  return sum
}

/** The 90th percentile, between neighbours by a straight line, rounded down. */
function ninthDecile(order: SlidingOrder): number {
  const tenths = 9 * (order.size - 1)
  const low = Math.floor(tenths / 10)
  const rest = tenths % 10
  const below = order.ranked(low)
  return rest === 0 ? below : below + Math.floor((rest * (order.ranked(low + 1) - below)) / 10)
}

function bounded(samples: number): number {
  return Math.min(LONGEST, Math.max(SHORTEST, samples))
}
