import { highPass, lowPass } from '../signal/butterworth.ts'
import { CausalFilter } from '../signal/filters.ts'

/** Where QRS complexes are strong, and P waves, T waves, wander and muscles weak (Hamilton, Computers in Cardiology 29:101, 2002). */
const LOW_HZ = 8
const HIGH_HZ = 16
const ORDER = 2
const SLOPE_SECONDS = 0.011
/** As long as a narrow complex; a wide one gives a broader peak of the same height. */
const AVERAGE_SECONDS = 0.08
/** From an R peak to the peak of the feature, without the average's share: what the filters take at 12 Hz. */
const FILTER_SECONDS = 0.034

/**
 * One lead's "how much QRS is here", sample by sample: the band of QRS complexes, its slope, without sign, averaged over 80 ms.
 * It follows amplitude linearly and knows no sign, so leads may be upside down. Missing samples (NaN) hold the last value.
 */
export class QrsFeature {
  /** By so many samples the feature lags behind the signal. */
  readonly delaySamples: number
  private readonly band: CausalFilter
  private readonly past: Float64Array
  private readonly slopes: Float64Array
  private sum = 0
  private samples = 0

  constructor(sampleRateHz: number) {
    const low = lowPass(ORDER, Math.min(HIGH_HZ, 0.45 * sampleRateHz), sampleRateHz)
    this.band = new CausalFilter([...highPass(ORDER, LOW_HZ, sampleRateHz), ...low])
    this.past = new Float64Array(Math.max(1, Math.round(SLOPE_SECONDS * sampleRateHz)))
    this.slopes = new Float64Array(Math.max(1, Math.round(AVERAGE_SECONDS * sampleRateHz)))
    this.delaySamples = Math.round(FILTER_SECONDS * sampleRateHz + (this.slopes.length + this.past.length) / 2)
  }

  next(sample: number): number {
    const band = this.band.next(sample)
    const slot = this.samples % this.past.length
    // Nothing came before the first sample but the same: no slope.
    const before = this.samples < this.past.length ? 0 : this.past[slot]
    const slope = Number.isNaN(band) ? 0 : Math.abs(band - before)
    this.past[slot] = Number.isNaN(band) ? before : band
    const oldest = this.samples % this.slopes.length
    // Summed anew once per turn: adding and taking away would leave rounding errors to grow for days.
    if (oldest === 0) this.sum = this.slopes.reduce((a, b) => a + b, 0)
    this.sum += slope - this.slopes[oldest]
    this.slopes[oldest] = slope
    this.samples++
    return Math.max(0, this.sum) / this.slopes.length
  }
}
