import { SlidingOrder } from '../signal/sliding-order.ts'

/** RR intervals that count as local, and those that show whether the rhythm is regular. */
const LOCAL_BEATS = 10
const RHYTHM_BEATS = 64
/** Intervals are kept within these bounds: a stretch without beats (flutter, a lead that fell off) is no rhythm. */
const SHORTEST_SECONDS = 0.1
const LONGEST_SECONDS = 3
/** Intervals within 6 % of the median, or of the one before, count as regular. */
const REGULAR = 0.06
const LEAST = 0.01

/** How a beat sits in the rhythm. All are natural logarithms of intervals or of their ratios, but for the two shares (0 … 1). */
export interface RhythmFeatures {
  /** RR interval before the beat, to the mean of the last ten (this one included). */
  readonly preToLocal: number
  /** RR interval after the beat, to the same mean. */
  readonly postToLocal: number
  /** Interval before, to the mean of all so far. A mean, since by the median a patient's runs of early beats would become his normal. */
  readonly preToMean: number
  readonly postToPre: number
  /** Interval before, less the 90th percentile of the last 64: how early a beat is where many are. */
  readonly preToLong: number
  readonly preToLongest: number
  /** log(median deviation from the median + .01) of the last 64 log intervals. */
  readonly logDeviation: number
  /** log(median step + .01): steps are differences of log intervals that follow each other. */
  readonly logMedianStep: number
  /** Share of the last 64 within .06 of their median. */
  readonly regularShare: number
  /** Share of the steps below .06. */
  readonly steadyShare: number
  /** log(mean step + .01). */
  readonly logMeanStep: number
}

/** Follows the RR intervals of one recording. */
export class Rhythm {
  private readonly local = new SlidingOrder(LOCAL_BEATS)
  private readonly logs = new SlidingOrder(RHYTHM_BEATS)
  private readonly steps = new SlidingOrder(RHYTHM_BEATS)
  private sum = 0
  private count = 0
  private lastLog: number | undefined

  /** Takes in the interval before a beat and returns the beat's features; `postSeconds` is the interval after it. */
  next(preSeconds: number, postSeconds: number): RhythmFeatures {
    const [pre, post] = [preSeconds, postSeconds].map(bounded)
    const log = Math.log(pre)
    this.local.push(pre)
    this.logs.push(log)
    this.steps.push(Math.abs(log - (this.lastLog ?? log)))
    this.lastLog = log
    this.sum += pre
    this.count++
    const { local, logs, steps } = this
    const middle = logs.median()
    return {
      preToLocal: Math.log(pre / local.mean()),
      postToLocal: Math.log(post / local.mean()),
      preToMean: Math.log((pre * this.count) / this.sum),
      postToPre: Math.log(post / pre),
      preToLong: log - logs.quantile(0.9),
      preToLongest: log - logs.quantile(1),
      logDeviation: Math.log(logs.medianDeviation() + LEAST),
      logMedianStep: Math.log(steps.median() + LEAST),
      regularShare: logs.share(value => Math.abs(value - middle) < REGULAR),
      steadyShare: steps.share(value => value < REGULAR),
      logMeanStep: Math.log(steps.mean() + LEAST),
    }
  }
}

function bounded(seconds: number): number {
  return Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, seconds))
}
