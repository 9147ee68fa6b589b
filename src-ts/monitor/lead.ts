import { ecgFilter } from '../ecg/signal/filters.ts'
import { IntegerFilter, LARGEST_MICROVOLTS, PARTS_PER_MICROVOLT } from './integer-filter.ts'
import { IntegerQrsDetector, RATE_HZ } from './integer-qrs.ts'
import { IntegerResampler } from './integer-resampler.ts'
import { HOP, QualityIndex, type Verdict, verdicts } from './quality-index.ts'

/** Stands for a sample that is not there. */
export const MISSING = -(2 ** 31)
/** What breathing and muscles lose: the band of the windows that beats are classified by (ecg/beats/beat-window.ts). */
const BAND = { highPassHz: 0.5, lowPassHz: 40 } as const
/** The low-pass filter moves a QRS complex by so many samples at 360 Hz. */
export const BAND_DELAY = 2
/** Filtered samples that are kept: 11 s, more than the longest wait for a beat. */
export const KEPT = 4096
/** An R peak lies at most this far from where the detector says. */
const PEAK_REACH = 22
/** Of two deflections that much alike the upward one is the R peak: beats that switch between R and S would look unlike themselves. */
const UPWARDS = [3, 2] as const
/** Clarity is an average over half a minute: a good moment is no reason to change the lead. */
const CLARITY_HOPS = 128
/** Of so many doubtful beats it is known that they are. */
const REMEMBERED = 8
const NONE: readonly number[] = []

/** One lead's way from microvolts at its own rate to filtered samples, beats and a verdict at 360 Hz, in integers. */
export class Lead {
  readonly name: string
  /** Seconds from an instant to the sample that stands for it. */
  readonly delaySeconds: number
  /** Samples at 360 Hz so far. */
  samples = 0
  readonly resampler: IntegerResampler
  readonly notch: IntegerFilter | undefined
  readonly band = new IntegerFilter(ecgFilter(BAND, RATE_HZ))
  private readonly detector = new IntegerQrsDetector()
  private readonly quality = new QualityIndex()
  private readonly filtered = new Float64Array(KEPT)
  private held = 0
  private missing = false
  private found: { readonly beat: number; readonly doubtful: boolean }[] = []
  private doubtful: readonly number[] = []
  private slowClarity = 0
  private lastVerdict = 0

  constructor(name: string, sampleRateHz: number, notchHz?: 50 | 60) {
    this.name = name
    this.resampler = new IntegerResampler(sampleRateHz, RATE_HZ)
    this.delaySeconds = this.resampler.delaySeconds
    if (notchHz !== undefined) this.notch = new IntegerFilter(ecgFilter({ notchHz }, RATE_HZ))
  }

  get verdict(): Verdict {
    return verdicts[this.quality.verdict]
  }

  /** How clearly beats have stood out of late, in 2⁻⁸ of tenths; followed four times a second. */
  get clarity(): number {
    return this.slowClarity
  }

  /** The usual interval between beats, in samples at 360 Hz. */
  get interval(): number {
    return this.detector.interval
  }

  /** Where a beat may have been overlooked since the last one. */
  get overlooked(): number | undefined {
    return this.detector.overlooked
  }

  /** Takes a sample in whole microvolts, or MISSING. */
  next(microvolts: number): void {
    this.missing = microvolts === MISSING
    if (!this.missing) this.held = Math.max(-LARGEST_MICROVOLTS, Math.min(LARGEST_MICROVOLTS, microvolts))
    this.resampler.next(this.held * PARTS_PER_MICROVOLT, this.take)
  }

  /** Goes on after `samples` (at 360 Hz) of which nothing is known: nothing before them moves what comes after. */
  skip(samples: number): void {
    this.resampler.restart()
    this.notch?.restart()
    this.band.restart()
    this.detector.skip(samples)
    this.samples += samples
  }

  /** Returns the beats that became certain since the last call: the sample of each R peak. */
  takeBeats(): readonly number[] {
    if (this.found.length === 0) return NONE
    const beats = this.found.map(({ beat }) => this.peakNear(beat))
    const doubtful = beats.filter((_, i) => this.found[i].doubtful)
    this.doubtful = [...this.doubtful, ...doubtful].slice(-REMEMBERED)
    this.found = []
    return beats
  }

  /** Whether a beat may have been overlooked before one of the last beats that were taken. */
  isDoubtful(beat: number): boolean {
    return this.doubtful.includes(beat)
  }

  /** Returns a filtered sample of the last 11 s in parts of a microvolt; before them and after now the lead is taken to stand still. */
  at(sample: number): number {
    const place = Math.max(0, this.samples - KEPT, Math.min(this.samples - 1, sample))
    return this.filtered[place % KEPT]
  }

  private readonly take = (sample: number): void => {
    const clean = this.notch ? this.notch.next(sample) : sample
    this.filtered[this.samples % KEPT] = this.band.next(clean)
    this.samples++
    this.quality.next(clean, this.missing)
    this.detector.next(clean, this.hear)
    if (this.samples % HOP === 0) this.followQuality()
  }

  private followQuality(): void {
    const { verdict } = this.quality
    if (verdict === 0 && this.lastVerdict !== 0) this.detector.relearn()
    this.lastVerdict = verdict
    const now = this.detector.clarity * 256
    const before = this.slowClarity
    this.slowClarity = before === 0 ? now : before + Math.floor((now - before) / CLARITY_HOPS)
  }

  private readonly hear = (beat: number, doubtful: boolean): void => {
    this.found.push({ beat, doubtful })
  }

  /** Returns the sample of the R peak, or of the deepest S where that is larger by half, near a beat, by the time of the unfiltered signal. */
  peakNear(beat: number): number {
    let [peak, size] = [beat, -1]
    for (let i = beat - PEAK_REACH; i <= beat + PEAK_REACH; i++) {
      const value = this.at(i + BAND_DELAY)
      const here = value > 0 ? UPWARDS[0] * value : -UPWARDS[1] * value
      if (i >= 0 && here > size) [peak, size] = [i, here]
    }
    return peak
  }
}
