import { highPass, lowPass } from '../ecg/signal/butterworth.ts'
import { IntegerFilter } from './integer-filter.ts'
import { median, QrsLevels, REMEMBERED, remember } from './qrs-levels.ts'
import { type Peak, T_END, TWaves } from './t-waves.ts'

/** The one rate at which beats are looked for. */
export const RATE_HZ = 360

/** The band in which complexes stand out, the wide ones of ventricles, too: nearly that of Pan and Tompkins, IEEE TBME 32(3):230, 1985. */
export const QRS_BAND = [...highPass(2, 5, RATE_HZ), ...lowPass(2, 16, RATE_HZ)]
/** That of ecg/beats/qrs-feature.ts, in which T waves are low. */
export const SHARP_BAND = [...highPass(2, 8, RATE_HZ), ...lowPass(2, 16, RATE_HZ)]
/** The slope and average of ecg/beats/qrs-feature.ts, in samples. */
const SLOPE = 4
const AVERAGE = 29
/** From an R peak to the peak of the feature. */
export const FEATURE_DELAY = 29

/** How much QRS is in a lead, sample by sample, in integers: the sum of the sizes of a band's slopes over 80 ms. */
export class IntegerQrsFeature {
  private readonly band: IntegerFilter
  private readonly past = new Float64Array(SLOPE)
  private readonly slopes = new Float64Array(AVERAGE)
  private sum = 0
  private samples = 0

  constructor(band: ConstructorParameters<typeof IntegerFilter>[0]) {
    this.band = new IntegerFilter(band)
  }

  next(sample: number): number {
    const band = this.band.next(sample)
    const slot = this.samples % SLOPE
    const slope = this.samples < SLOPE ? 0 : Math.abs(band - this.past[slot])
    this.past[slot] = band
    const oldest = this.samples % AVERAGE
    this.sum += slope - this.slopes[oldest]
    this.slopes[oldest] = slope
    this.samples++
    return this.sum
  }

  restart(): void {
    this.band.restart()
    this.slopes.fill(0)
    this.sum = this.samples = 0
  }
}

/** Samples between two beats (refractory heart muscle), and for which a peak has to stay the highest. */
const APART = 72
/** A peak sooner after a beat may be its T wave: it is no candidate of the second look. */
const T_WAVE = 130
/** Values of the feature that are kept: as far as a peak may reach to both sides of its top. */
const PAST = 2 * APART + 1
const LEARNING = 2 * RATE_HZ
/** After so long without a beat the levels are learnt anew, if something stands out of the noise by the factor. */
const LOST = 4 * RATE_HZ
const STANDS_OUT = 4
/** Long before any sample. */
const NEVER = -(2 ** 40)

/** Is told the sample number of a beat, and whether it is doubtful that none was overlooked since the one before. */
type Emit = (beat: number, doubtful: boolean) => void

/**
 * Finds QRS complexes in one lead as its samples come: the rules of ecg/beats/qrs-detector.ts in integers. The threshold stands at three
 * tenths of the way from the median of the last noise peaks to that of the last beats. After one and a half usual intervals without a
 * beat the highest peak that was passed over is taken, if it reaches half the threshold in both bands and is no T wave; but never two in a row:
 * where beats stay away, P waves and noise are the highest. What looks like the T waves of the beats before is left out in any case.
 */
export class IntegerQrsDetector {
  private readonly feature = new IntegerQrsFeature(QRS_BAND)
  private readonly sharp = new IntegerQrsFeature(SHARP_BAND)
  private readonly heights = new QrsLevels()
  private readonly sharpnesses = new QrsLevels()
  private readonly tWaves = new TWaves()
  private readonly past = new Float64Array(PAST)
  private readonly intervals: number[] = []
  private usualInterval = RATE_HZ
  /** Peaks since the last beat that were not taken for one. */
  private passed: Peak[] = []
  private lastBeat = NEVER
  private lastHeight = 0
  /** Whether the second look found it. */
  private lookedBack = false
  private samples = 0
  private learntSamples = 0
  private learning: Peak[] | undefined = []
  private highest = 0
  private sharpest = 0
  private rising = false
  private topAt = 0
  private topHeight = 0
  private topSharpness = 0
  private valley = Number.MAX_SAFE_INTEGER

  /** By how much beats stand out: the level of beats in tenths of that of noise; 0 until they are learnt. */
  get clarity(): number {
    return this.learning ? 0 : Math.floor((10 * this.sharpnesses.beat) / Math.max(1, this.sharpnesses.other))
  }

  /** The median of the last intervals between beats, in samples. */
  get interval(): number {
    return this.usualInterval
  }

  /** The first peak since the last beat that the second look may take for one: where its R peak would lie. */
  get overlooked(): number | undefined {
    if (this.passed.length === 0) return undefined
    const peak = this.passed.find(each => this.mayBeBeat(each) && 20 * each.height > this.heights.tenThresholds)
    return peak && peak.at - FEATURE_DELAY
  }

  /** Takes a sample in parts of a microvolt; calls `emit` for every beat that is certain by it. */
  next(sample: number, emit: Emit): void {
    const [height, sharpness] = [this.feature.next(sample), this.sharp.next(sample)]
    const at = this.samples++
    this.past[at % PAST] = height
    const peak = this.follow(at, height, sharpness)
    if (this.learning) this.learn(this.learning, peak, height, sharpness, emit)
    else if (peak) this.decide(peak, emit)
    else if (this.passed.length > 0) this.lookBack(at - APART, emit)
  }

  /** Goes on after a gap, `samples` of which nothing is known: levels stay, but nothing before it is a beat any more. */
  skip(samples: number): void {
    this.feature.restart()
    this.sharp.restart()
    this.samples += samples
    this.past.fill(0)
    this.passed = []
    this.tWaves.restart()
    this.lastBeat = this.learning ? NEVER : this.samples - APART
    this.rising = false
    this.valley = Number.MAX_SAFE_INTEGER
  }

  /** Learns the levels of beats and noise anew: what came before was no signal. */
  relearn(): void {
    this.learning = []
    this.highest = this.sharpest = this.learntSamples = 0
    this.passed = []
    this.tWaves.restart()
    this.lastBeat = NEVER
  }

  /** Returns a peak when its top has stayed the highest for long enough. */
  private follow(at: number, height: number, sharpness: number): Peak | undefined {
    if (!this.rising) {
      if (height > this.valley) {
        this.rising = true
        this.topAt = at
        this.topHeight = height
        this.topSharpness = sharpness
      } else this.valley = height
      return undefined
    }
    if (height > this.topHeight) {
      this.topAt = at
      this.topHeight = height
      this.topSharpness = sharpness
    }
    if (at - this.topAt < APART) return undefined
    this.rising = false
    this.valley = height
    return { at: this.topAt, height: this.topHeight, sharpness: this.topSharpness, width: this.widthAtHalf() }
  }

  private widthAtHalf(): number {
    const isHigh = (at: number) => 2 * this.past[(at + PAST) % PAST] >= this.topHeight
    let [from, to] = [this.topAt, this.topAt]
    while (from > this.topAt - APART && isHigh(from - 1)) from--
    while (to < this.topAt + APART && isHigh(to + 1)) to++
    return to - from + 1
  }

  private learn(peaks: Peak[], peak: Peak | undefined, height: number, sharpness: number, emit: Emit): void {
    if (peak) peaks.push(peak)
    if (height > this.highest) this.highest = height
    if (sharpness > this.sharpest) this.sharpest = sharpness
    // A line that is still dead teaches nothing.
    if (this.highest > 0) this.learntSamples++
    if (this.learntSamples < LEARNING) return
    this.learning = undefined
    this.heights.learn(this.highest)
    this.sharpnesses.learn(this.sharpest)
    for (let i = 0; i < REMEMBERED; i++) this.intervals[i] = RATE_HZ
    for (const each of peaks) this.decide(each, emit)
  }

  private decide(peak: Peak, emit: Emit): void {
    this.lookBack(peak.at, emit)
    const isUsualT = this.tWaves.take(peak)
    if (!isUsualT && this.isBeat(peak)) this.accept(peak, emit)
    else {
      // A known T wave is no candidate of the second look.
      if (!isUsualT) this.passed.push(peak)
      this.heights.takeOther(peak.height)
      this.sharpnesses.takeOther(peak.sharpness)
    }
  }

  /** Until T_END after a beat a peak that is both dull and less than three quarters as high is its T wave. */
  private isBeat({ at, height, sharpness }: Peak): boolean {
    const since = at - this.lastBeat
    if (since <= APART || 10 * height <= this.heights.tenThresholds) return false
    const sharp = 10 * sharpness > this.sharpnesses.tenThresholds
    return since > T_END || sharp || 4 * height > 3 * this.lastHeight
  }

  /** Looks for a beat among the peaks passed over, now that it is `at` and none has come. */
  private lookBack(at: number, emit: Emit): void {
    while (this.passed.length > 0 && at - this.lastBeat > Math.min((3 * this.usualInterval) >> 1, LOST)) {
      const best = this.highestPassed()
      const lost = at - Math.max(this.lastBeat, 0) > LOST
      if (lost && best && best.height > STANDS_OUT * this.heights.other) {
        // Electrodes or gain have changed.
        this.heights.assume(best.height)
        this.sharpnesses.assume(best.sharpness)
      }
      if (!best || 20 * best.height <= this.heights.tenThresholds || (this.lookedBack && !lost)) {
        this.passed = this.passed.filter(peak => peak.at > at - LOST)
        return
      }
      this.accept(best, emit)
      this.lookedBack = true
    }
  }

  /** Whether the second look may take a peak, if it is high enough. */
  private mayBeBeat({ at, sharpness }: Peak): boolean {
    return at - this.lastBeat > T_WAVE && 20 * sharpness > this.sharpnesses.tenThresholds
  }

  private highestPassed(): Peak | undefined {
    let best: Peak | undefined
    for (const peak of this.passed) {
      if (this.mayBeBeat(peak) && (!best || peak.height > best.height)) best = peak
    }
    return best
  }

  private accept(peak: Peak, emit: Emit): void {
    const doubtful = this.hasPassedOver(peak.at)
    if (this.lastBeat >= 0) {
      remember(this.intervals, peak.at - this.lastBeat)
      this.usualInterval = median(this.intervals)
    }
    this.tWaves.takeBeat(peak)
    this.lastBeat = peak.at
    this.lastHeight = peak.height
    this.lookedBack = false
    this.heights.takeBeat(peak.height)
    this.sharpnesses.takeBeat(peak.sharpness)
    this.passed = this.passed.filter(other => other.at > peak.at)
    emit(Math.max(0, peak.at - FEATURE_DELAY), doubtful)
  }

  /** Whether a peak of a third of the threshold lies between the last beat's T wave and a peak at `before`: P waves are lower. */
  private hasPassedOver(before: number): boolean {
    return this.passed.some(
      ({ at, height }) =>
        at - this.lastBeat > T_WAVE && before - at > APART && 30 * height > this.heights.tenThresholds,
    )
  }
}
