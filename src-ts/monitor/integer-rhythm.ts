import { alikePairs } from '../ecg/beats/interval-entropy.ts'
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
  readonly logMedianStep: number
  readonly steadyShare: number
  readonly entropy: number
}

/** Follows the RR intervals of one recording in integers. */
export class IntegerRhythm {
  private readonly local = new SlidingOrder(LOCAL_BEATS)
  private readonly steps = new SlidingOrder(RHYTHM_BEATS)
  /** The last logarithms, the newest last. */
  private readonly logs: number[] = []
  private sum = 0
  private count = 0

  /** Takes in the interval before a beat, in samples, and returns the beat's features. */
  next(interval: number): IntegerRhythmFeatures {
    const pre = bounded(interval)
    const log = integerLog(pre)
    this.local.push(pre)
    this.steps.push(Math.abs(log - (this.logs.at(-1) ?? log)))
    this.logs.push(log)
    if (this.logs.length > RHYTHM_BEATS) this.logs.shift()
    this.sum += pre
    this.count++
    const { local, steps } = this
    const { pairs, goOn } = alikePairs(this.logs, REGULAR)
    const logLocal = integerLog(total(local)) - integerLog(local.size)
    return {
      preToLocal: log - logLocal,
      postToLocal: post => integerLog(bounded(post)) - logLocal,
      preToMean: log + integerLog(this.count) - integerLog(this.sum),
      postToPre: post => integerLog(bounded(post)) - log,
      logMedianStep: logOfShare(Math.floor(steps.median())),
      steadyShare: Math.floor(steps.share(value => value < REGULAR) * ONE),
      entropy: integerLog(pairs + 1) - integerLog(goOn + 1),
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

function bounded(samples: number): number {
  return Math.min(LONGEST, Math.max(SHORTEST, samples))
}
