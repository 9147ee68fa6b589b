import { SlidingOrder } from '../signal/sliding-order.ts'
import { IntervalEntropy } from './interval-entropy.ts'

/** RR intervals that count as local, and those that show whether the rhythm is regular. */
const LOCAL_BEATS = 10
const RHYTHM_BEATS = 64
/** Intervals are kept within these bounds: a stretch without beats (flutter, a lead that fell off) is no rhythm. */
const SHORTEST_SECONDS = 0.1
const LONGEST_SECONDS = 3
/** Intervals within 6 % of the one before count as regular. */
const REGULAR = 0.06
const LEAST = 0.01

/** How a beat sits in the rhythm. All are natural logarithms of intervals or of their ratios, but for the share (0 … 1) and the entropy. */
export interface RhythmFeatures {
  /** RR interval before the beat, to the mean of the last ten (this one included). */
  readonly preToLocal: number
  /** RR interval after the beat, to the same mean. */
  readonly postToLocal: number
  /** Interval before, to the mean of all so far. A mean, since by the median a patient's runs of early beats would become his normal. */
  readonly preToMean: number
  readonly postToPre: number
  /** log(median step + .01) of the last 64: steps are differences of log intervals that follow each other. */
  readonly logMedianStep: number
  /** Share of the steps below .06. */
  readonly steadyShare: number
  /** Sample entropy of the last 64. */
  readonly entropy: number
}

/** Follows the RR intervals of one recording. */
export class Rhythm {
  private readonly local = new SlidingOrder(LOCAL_BEATS)
  private readonly steps = new SlidingOrder(RHYTHM_BEATS)
  private readonly entropy = new IntervalEntropy()
  private sum = 0
  private count = 0
  private lastLog: number | undefined

  /** Takes in the interval before a beat and returns the beat's features; `postSeconds` is the interval after it. */
  next(preSeconds: number, postSeconds: number): RhythmFeatures {
    const [pre, post] = [preSeconds, postSeconds].map(bounded)
    const log = Math.log(pre)
    this.local.push(pre)
    this.steps.push(Math.abs(log - (this.lastLog ?? log)))
    this.lastLog = log
    this.sum += pre
    this.count++
    const { local, steps } = this
    return {
      preToLocal: Math.log(pre / local.mean()),
      postToLocal: Math.log(post / local.mean()),
      preToMean: Math.log((pre * this.count) / this.sum),
      postToPre: Math.log(post / pre),
      logMedianStep: Math.log(steps.median() + LEAST),
      steadyShare: steps.share(value => value < REGULAR),
      entropy: this.entropy.next(log),
    }
  }
}

function bounded(seconds: number): number {
  return Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, seconds))
}
