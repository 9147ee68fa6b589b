import { QrsFeature } from './qrs-feature.ts'

/** Two beats lie at least this far apart (refractory heart muscle); a peak is decided on when nothing higher followed for so long. */
const APART_SECONDS = 0.2
/** The threshold stands here between the levels of noise and of beats. */
const THRESHOLD = 0.3
/** After this many usual intervals without a beat a lower threshold is tried on what was passed over. */
const LATE_INTERVALS = 1.5
const LOWER = 0.5
/** A peak sooner after a beat is its T wave: it is no candidate of the second look. */
const T_WAVE_SECONDS = 0.36
/** So many peaks make a level, by their median. */
const REMEMBERED = 8
const LEARNING_SECONDS = 2
/** After this long without a beat the levels are learnt anew, if something stands out of the noise by this factor. */
const LOST_SECONDS = 4
const STANDS_OUT = 4

/** A local maximum of the feature. */
interface Peak {
  readonly at: number
  readonly height: number
}

/**
 * Finds QRS complexes in one lead as its samples come: peaks of `QrsFeature` are beats above an adaptive threshold between the
 * medians of the last beats and of the last other peaks; after 1.5 usual intervals without one, the highest that was passed over is
 * taken if it reaches half the threshold (after Pan and Tompkins, IEEE TBME 32(3):230, 1985, and Hamilton, 2002).
 * Only ratios decide: gain, sign and offset of the lead do not matter. Delay: 2 s at the start, then 0.3 s; for a beat found by the
 * second look at most 1.5 intervals more, below 4.5 s in all.
 */
export class QrsDetector {
  private readonly rate: number
  private readonly feature: QrsFeature
  private readonly beatHeights: number[] = []
  private readonly otherHeights: number[] = []
  private readonly intervals: number[] = []
  private threshold = 0
  private usualInterval: number
  /** Peaks since the last beat that were not taken for one. */
  private passed: Peak[] = []
  private lastBeat = Number.NEGATIVE_INFINITY
  private samples = 0
  private learntSamples = 0
  private learning: Peak[] | undefined = []
  private highest = 0
  private rising = false
  private top: Peak = { at: 0, height: 0 }
  private valley = Number.POSITIVE_INFINITY

  constructor(sampleRateHz: number) {
    this.rate = sampleRateHz
    this.feature = new QrsFeature(sampleRateHz)
    this.usualInterval = sampleRateHz
  }

  /** Takes one sample (in any unit, NaN if missing) and returns the beats that became certain by it, as sample numbers. */
  next(sample: number): readonly number[] {
    const height = this.feature.next(sample)
    const at = this.samples++
    const peak = this.follow(at, height)
    if (this.learning) return this.learn(this.learning, peak, height)
    const beats: number[] = []
    if (peak) this.decide(peak, beats)
    else this.lookBack(at - APART_SECONDS * this.rate, beats)
    return beats
  }

  /** Returns the beats that are certain when no sample follows. */
  end(): readonly number[] {
    const beats: number[] = []
    if (this.learning) beats.push(...this.start(this.learning))
    if (this.rising) this.decide(this.top, beats)
    return beats
  }

  /** Returns a peak when its top has stayed the highest for long enough. */
  private follow(at: number, height: number): Peak | undefined {
    if (!this.rising) {
      if (height > this.valley) {
        this.rising = true
        this.top = { at, height }
      } else this.valley = height
      return undefined
    }
    if (height > this.top.height) this.top = { at, height }
    if (at - this.top.at < APART_SECONDS * this.rate) return undefined
    this.rising = false
    this.valley = height
    return this.top
  }

  private learn(peaks: Peak[], peak: Peak | undefined, height: number): readonly number[] {
    if (peak) peaks.push(peak)
    if (height > this.highest) this.highest = height
    // A line that is still dead teaches nothing.
    if (this.highest > 0) this.learntSamples++
    return this.learntSamples < LEARNING_SECONDS * this.rate ? [] : this.start(peaks)
  }

  private start(peaks: readonly Peak[]): readonly number[] {
    this.learning = undefined
    for (let i = 0; i < REMEMBERED; i++) {
      this.beatHeights.push(0.8 * this.highest)
      this.otherHeights.push(0.1 * this.highest)
      this.intervals.push(this.rate)
    }
    this.setThreshold()
    const beats: number[] = []
    for (const peak of peaks) this.decide(peak, beats)
    return beats
  }

  private decide(peak: Peak, beats: number[]): void {
    this.lookBack(peak.at, beats)
    if (peak.height > this.threshold && peak.at - this.lastBeat > APART_SECONDS * this.rate) this.accept(peak, beats)
    else {
      this.passed.push(peak)
      remember(this.otherHeights, peak.height)
      this.setThreshold()
    }
  }

  /** Looks for a beat among the peaks passed over, now that it is `at` and none has come. */
  private lookBack(at: number, beats: number[]): void {
    const late = Math.min(LATE_INTERVALS * this.usualInterval, LOST_SECONDS * this.rate)
    while (this.passed.length > 0 && at - this.lastBeat > late) {
      const lost = at - Math.max(this.lastBeat, 0) > LOST_SECONDS * this.rate
      const candidates = this.passed.filter(peak => peak.at - this.lastBeat > T_WAVE_SECONDS * this.rate)
      const best = candidates.reduce<Peak | undefined>((a, b) => (a && a.height >= b.height ? a : b), undefined)
      if (lost && best && best.height > STANDS_OUT * median(this.otherHeights)) {
        // Electrodes or gain have changed.
        this.beatHeights.fill(best.height)
        this.setThreshold()
      }
      if (!best || best.height <= LOWER * this.threshold) {
        this.passed = this.passed.filter(peak => peak.at > at - LOST_SECONDS * this.rate)
        return
      }
      this.accept(best, beats)
    }
  }

  private accept(peak: Peak, beats: number[]): void {
    if (this.lastBeat >= 0) {
      remember(this.intervals, peak.at - this.lastBeat)
      this.usualInterval = median(this.intervals)
    }
    this.lastBeat = peak.at
    remember(this.beatHeights, peak.height)
    this.setThreshold()
    this.passed = this.passed.filter(other => other.at > peak.at)
    beats.push(Math.max(0, peak.at - this.feature.delaySamples))
  }

  private setThreshold(): void {
    const noise = median(this.otherHeights)
    this.threshold = noise + THRESHOLD * (median(this.beatHeights) - noise)
  }
}

function remember(values: number[], value: number): void {
  values.shift()
  values.push(value)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}
