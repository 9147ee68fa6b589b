// One lead's way from microvolts to filtered samples, beats and a verdict. Twin of src-ts/monitor/lead.ts.

import { IntegerFilter } from "./monitor-filter";
import { IntegerQrsDetector } from "./monitor-qrs";
import { IntegerResampler } from "./monitor-resampler";
import { QualityIndex } from "./monitor-quality";
import { BAND, HAS_NOTCH, NOTCH, tabled } from "./monitor-table";

export const MISSING: i32 = i32.MIN_VALUE;
const PARTS_PER_MICROVOLT: i64 = 64;
const LARGEST_MICROVOLTS: i32 = 500000;
const BAND_DELAY: i64 = 2;
const PEAK_REACH: i64 = 22;
const UPWARDS: i64 = 3, DOWNWARDS: i64 = 2;
const KEPT: i32 = 4096;
const HOP: i64 = 90;
const BEATS: i32 = 64;
const REMEMBERED: i32 = 8;
const NONE: i64 = i64.MIN_VALUE;

export class Lead {
  samples: i64 = 0;
  /** How clearly beats have stood out of late, in 2⁻⁸ of tenths. */
  clarity: i64 = 0;
  private resampler: IntegerResampler = new IntegerResampler();
  private band: IntegerFilter = new IntegerFilter(BAND, 2);
  private notch: IntegerFilter = new IntegerFilter(NOTCH, 1);
  private detector: IntegerQrsDetector = new IntegerQrsDetector();
  /** R peaks since the last `takeBeats`. */
  beats: StaticArray<i64> = new StaticArray<i64>(BEATS);
  private found: i32 = 0;
  private doubts: StaticArray<bool> = new StaticArray<bool>(BEATS);
  /** The last beats before which one may have been overlooked. */
  private doubtful: StaticArray<i64> = new StaticArray<i64>(REMEMBERED).fill(NONE);
  private place: i32 = 0;
  private quality: QualityIndex = new QualityIndex();
  /** Inputs stay within half a volt: filtered they fit 32 bits. */
  private filtered: StaticArray<i32> = new StaticArray<i32>(KEPT);
  private held: i64 = 0;
  private hasNotch: bool = tabled(HAS_NOTCH) != 0;
  private lastVerdict: i32 = 0;

  get verdict(): i32 {
    return this.quality.verdict;
  }

  /** The usual interval between beats, in samples. */
  get interval(): i64 {
    return this.detector.interval;
  }

  /** Where a beat may have been overlooked since the last one; the largest number where there is none. */
  get overlooked(): i64 {
    return this.detector.overlooked;
  }

  next(microvolts: i32): void {
    const missing = microvolts == MISSING;
    if (!missing) this.held = max(-LARGEST_MICROVOLTS, min(LARGEST_MICROVOLTS, microvolts));
    this.resampler.push(this.held * PARTS_PER_MICROVOLT);
    while (this.resampler.ready) this.take(this.resampler.pull(), missing);
  }

  skip(samples: i64): void {
    this.resampler.restart();
    this.notch.restart();
    this.band.restart();
    this.detector.skip(samples);
    this.samples += samples;
  }

  /** Moves the beats that were found to their R peaks and returns how many there are, in `beats`. */
  takeBeats(): i32 {
    const count = this.found;
    for (let i = 0; i < count; i++) {
      this.beats[i] = this.peakNear(this.beats[i]);
      if (this.doubts[i]) this.doubtful[this.place++ % REMEMBERED] = this.beats[i];
    }
    this.place %= REMEMBERED;
    this.found = 0;
    return count;
  }

  /** Whether a beat may have been overlooked before one of the last beats that were taken. */
  isDoubtful(beat: i64): bool {
    for (let i = 0; i < REMEMBERED; i++) if (this.doubtful[i] == beat) return true;
    return false;
  }

  at(sample: i64): i64 {
    const place = max<i64>(0, max(this.samples - KEPT, min(this.samples - 1, sample)));
    return this.filtered[<i32>(place % KEPT)];
  }

  private take(sample: i64, missing: bool): void {
    const clean = this.hasNotch ? this.notch.next(sample) : sample;
    this.filtered[<i32>(this.samples % KEPT)] = <i32>this.band.next(clean);
    this.samples++;
    this.quality.next(clean, missing);
    this.detector.next(clean);
    for (let i = 0; i < this.detector.count && this.found < BEATS; i++) {
      this.doubts[this.found] = this.detector.doubtful[i];
      this.beats[this.found++] = this.detector.found[i];
    }
    if (this.samples % HOP == 0) this.followQuality();
  }

  private followQuality(): void {
    const verdict = this.quality.verdict;
    if (verdict == 0 && this.lastVerdict != 0) this.detector.relearn();
    this.lastVerdict = verdict;
    const now = this.detector.clarity << 8;
    this.clarity = this.clarity == 0 ? now : this.clarity + ((now - this.clarity) >> 7);
  }

  peakNear(beat: i64): i64 {
    let peak = beat, size: i64 = -1;
    for (let i = beat - PEAK_REACH; i <= beat + PEAK_REACH; i++) {
      const value = this.at(i + BAND_DELAY);
      const here = value > 0 ? UPWARDS * value : -DOWNWARDS * value;
      if (i >= 0 && here > size) {
        peak = i;
        size = here;
      }
    }
    return peak;
  }
}
