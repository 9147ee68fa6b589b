import { OFFSET_MILLIVOLTS } from '../ecg/signal/lead-limits.ts'
import { PARTS_PER_MICROVOLT } from './integer-filter.ts'
import { RATE_HZ } from './integer-qrs.ts'

/** What may be wrong with a lead, the first that holds: indices are what the index returns. */
export const verdicts = ['good', 'missing', 'lead-off', 'flat', 'saturated', 'noise'] as const
export type Verdict = (typeof verdicts)[number]

/** The index is computed four times a second over the last two seconds. */
export const HOP = RATE_HZ / 4
const HOPS = 8
/** A tenth may be missing, a fifth may stand at the highest or lowest value. */
const MISSING_SHARE = 10
const RAIL_SHARE = 5
const MILLIVOLT = 1000 * PARTS_PER_MICROVOLT
const OFFSET = OFFSET_MILLIVOLTS * MILLIVOLT
/** No amplifier is so quiet that it moves less; a heart at rest on a connected lead does. */
const FLAT = 10 * PARTS_PER_MICROVOLT
/** Rails lie apart; a lead at rest may well keep its lowest value for some samples. */
const RAIL_RANGE = 1.5 * MILLIVOLT
/**
 * A flat top: so many equal samples at the highest or lowest value, entered by a step of at least so much. So many of them say that
 * an amplifier clips, at whatever level; a lead at rest is not entered by a step, and no R peak lasts so long.
 */
const TOP_SAMPLES = 8
const TOP_STEP = 20 * PARTS_PER_MICROVOLT
const TOPS = 3
/** Mean size of the second difference, which muscles and loose electrodes have and hearts have not (docs/monitor.md). */
const NOISE = 100 * PARTS_PER_MICROVOLT

/** What a quarter of a second was like. */
interface Piece {
  missing: number
  low: number
  high: number
  atLow: number
  atHigh: number
  /** Flat tops at the lowest and the highest value. */
  topsLow: number
  topsHigh: number
  rough: number
}

const fresh = (): Piece => ({
  missing: 0,
  low: Infinity,
  high: -Infinity,
  atLow: 0,
  atHigh: 0,
  topsLow: 0,
  topsHigh: 0,
  rough: 0,
})

/** Says of one lead at 360 Hz whether a beat may be read in it: integers, in parts of a microvolt. */
export class QualityIndex {
  private readonly pieces: Piece[] = Array.from({ length: HOPS }, fresh)
  private hop = 0
  private samples = 0
  private last = 0
  private lastStep = 0
  /** Equal samples so far, and whether a step led to them. */
  private equal = 0
  private stepped = false
  /** Index into `verdicts` of the last two seconds. */
  verdict = 0

  next(sample: number, missing: boolean): void {
    const piece = this.pieces[this.hop]
    if (missing) piece.missing++
    else {
      if (sample < piece.low) {
        piece.low = sample
        piece.atLow = piece.topsLow = 0
      }
      if (sample > piece.high) {
        piece.high = sample
        piece.atHigh = piece.topsHigh = 0
      }
      if (sample === piece.low) piece.atLow++
      if (sample === piece.high) piece.atHigh++
      const step = sample - this.last
      this.countTops(piece, sample, step)
      piece.rough += Math.abs(step - this.lastStep)
      this.last = sample
      this.lastStep = step
    }
    if (++this.samples % HOP !== 0) return
    this.verdict = this.judge()
    this.hop = (this.hop + 1) % HOPS
    Object.assign(this.pieces[this.hop], fresh())
  }

  private countTops(piece: Piece, sample: number, step: number): void {
    if (step !== 0) {
      this.equal = 0
      this.stepped = Math.abs(step) >= TOP_STEP
    }
    if (++this.equal !== TOP_SAMPLES || !this.stepped) return
    if (sample === piece.low) piece.topsLow++
    if (sample === piece.high) piece.topsHigh++
  }

  private judge(): number {
    const whole = fresh()
    for (const piece of this.pieces) {
      whole.missing += piece.missing
      whole.rough += piece.rough
      if (piece.low < whole.low) [whole.low, whole.atLow, whole.topsLow] = [piece.low, 0, 0]
      if (piece.high > whole.high) [whole.high, whole.atHigh, whole.topsHigh] = [piece.high, 0, 0]
      if (piece.low === whole.low) {
        whole.atLow += piece.atLow
        whole.topsLow += piece.topsLow
      }
      if (piece.high === whole.high) {
        whole.atHigh += piece.atHigh
        whole.topsHigh += piece.topsHigh
      }
    }
    const total = Math.min(this.samples, HOPS * HOP)
    const present = total - whole.missing
    const range = whole.high - whole.low
    if (MISSING_SHARE * whole.missing > total) return verdicts.indexOf('missing')
    if (Math.abs(whole.high + whole.low) > 2 * OFFSET) return verdicts.indexOf('lead-off')
    if (range <= FLAT) return verdicts.indexOf('flat')
    const isRail = range >= RAIL_RANGE || Math.max(whole.topsLow, whole.topsHigh) >= TOPS
    if (isRail && RAIL_SHARE * Math.max(whole.atLow, whole.atHigh) > present) return verdicts.indexOf('saturated')
    if (whole.rough > NOISE * present) return verdicts.indexOf('noise')
    return verdicts.indexOf('good')
  }
}
