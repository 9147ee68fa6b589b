// QRS detection in integers. Twin of src-ts/monitor/integer-qrs.ts; lists have a fixed room, which no signal fills (PASSED).

import { IntegerFilter } from "./monitor-filter";
import { floorDivide } from "./monitor-filter";
import { median, QrsLevels, REMEMBERED, remember } from "./monitor-qrs-levels";
import { T_END, TWaves } from "./monitor-t-waves";
import { QRS, SHARP } from "./monitor-table";

const RATE_HZ: i64 = 360;
const SLOPE: i32 = 4;
const AVERAGE: i32 = 29;
const FEATURE_DELAY: i64 = 29;
const APART: i64 = 72;
const T_WAVE: i64 = 130;
const PAST: i64 = 2 * APART + 1;
const LEARNING: i32 = 720;
const LOST: i64 = 1440;
const STANDS_OUT: i64 = 4;
const NEVER: i64 = -(1 << 40);
const NONE: i64 = i64.MAX_VALUE;
/** Peaks lie 72 samples apart, and are forgotten 4 s after they have been looked at: 8 s hold 40. */
const PASSED: i32 = 64;
/** Beats that one sample can make certain: all that were passed over. */
const FOUND: i32 = 64;

export class IntegerQrsFeature {
  band: IntegerFilter;
  private past: StaticArray<i64> = new StaticArray<i64>(SLOPE);
  private slopes: StaticArray<i64> = new StaticArray<i64>(AVERAGE);
  private sum: i64 = 0;
  private samples: i64 = 0;

  constructor(place: i32) {
    this.band = new IntegerFilter(place, 2);
  }

  next(sample: i64): i64 {
    const band = this.band.next(sample);
    const slot = <i32>(this.samples % SLOPE);
    const slope: i64 = this.samples < SLOPE ? 0 : abs(band - this.past[slot]);
    this.past[slot] = band;
    const oldest = <i32>(this.samples % AVERAGE);
    this.sum += slope - this.slopes[oldest];
    this.slopes[oldest] = slope;
    this.samples++;
    return this.sum;
  }

  restart(): void {
    this.band.restart();
    this.slopes.fill(0);
    this.sum = this.samples = 0;
  }
}

export class IntegerQrsDetector {
  feature: IntegerQrsFeature = new IntegerQrsFeature(QRS);
  private sharp: IntegerQrsFeature = new IntegerQrsFeature(SHARP);
  /** Sample numbers of the beats that the last sample made certain. */
  found: StaticArray<i64> = new StaticArray<i64>(FOUND);
  /** Whether one may have been overlooked before each. */
  doubtful: StaticArray<bool> = new StaticArray<bool>(FOUND);
  count: i32 = 0;
  interval: i64 = RATE_HZ;
  private heights: QrsLevels = new QrsLevels();
  private sharpnesses: QrsLevels = new QrsLevels();
  private tWaves: TWaves = new TWaves();
  private past: StaticArray<i64> = new StaticArray<i64>(<i32>PAST);
  private intervals: StaticArray<i64> = new StaticArray<i64>(REMEMBERED);
  private sorted: StaticArray<i64> = new StaticArray<i64>(REMEMBERED);
  /** Peaks that were not taken for a beat; while learning, all peaks. */
  private passedAt: StaticArray<i64> = new StaticArray<i64>(PASSED);
  private passedHeight: StaticArray<i64> = new StaticArray<i64>(PASSED);
  private passedSharpness: StaticArray<i64> = new StaticArray<i64>(PASSED);
  private passedWidth: StaticArray<i64> = new StaticArray<i64>(PASSED);
  private passed: i32 = 0;
  private learntAt: StaticArray<i64> = new StaticArray<i64>(PASSED);
  private learntHeight: StaticArray<i64> = new StaticArray<i64>(PASSED);
  private learntSharpness: StaticArray<i64> = new StaticArray<i64>(PASSED);
  private learntWidth: StaticArray<i64> = new StaticArray<i64>(PASSED);
  private learnt: i32 = 0;
  private learning: bool = true;
  private learntSamples: i32 = 0;
  private highest: i64 = 0;
  private sharpest: i64 = 0;
  private lastBeat: i64 = NEVER;
  private lastHeight: i64 = 0;
  private lookedBack: bool = false;
  private samples: i64 = 0;
  private rising: bool = false;
  private topAt: i64 = 0;
  private topHeight: i64 = 0;
  private topSharpness: i64 = 0;
  private topWidth: i64 = 0;
  private valley: i64 = NONE;

  get clarity(): i64 {
    return this.learning ? 0 : floorDivide(10 * this.sharpnesses.beat, max<i64>(1, this.sharpnesses.other));
  }

  /** The first peak since the last beat that the second look may take for one: where its R peak would lie; NONE where there is none. */
  get overlooked(): i64 {
    for (let i = 0; i < this.passed; i++)
      if (this.mayBeBeat(i) && 20 * this.passedHeight[i] > this.heights.tenThresholds)
        return this.passedAt[i] - FEATURE_DELAY;
    return NONE;
  }

  next(sample: i64): void {
    this.count = 0;
    const height = this.feature.next(sample), sharpness = this.sharp.next(sample);
    const at = this.samples++;
    this.past[<i32>(at % PAST)] = height;
    const peak = this.follow(at, height, sharpness);
    if (this.learning) this.learn(peak, height, sharpness);
    else if (peak) this.decide(this.topAt, this.topHeight, this.topSharpness, this.topWidth);
    else if (this.passed > 0) this.lookBack(at - APART);
  }

  skip(samples: i64): void {
    this.feature.restart();
    this.sharp.restart();
    this.samples += samples;
    this.past.fill(0);
    this.passed = 0;
    this.tWaves.restart();
    this.lastBeat = this.learning ? NEVER : this.samples - APART;
    this.rising = false;
    this.valley = NONE;
  }

  relearn(): void {
    this.learning = true;
    this.learnt = 0;
    this.highest = 0;
    this.sharpest = 0;
    this.learntSamples = 0;
    this.passed = 0;
    this.tWaves.restart();
    this.lastBeat = NEVER;
  }

  private follow(at: i64, height: i64, sharpness: i64): bool {
    if (!this.rising) {
      if (height > this.valley) {
        this.rising = true;
        this.topAt = at;
        this.topHeight = height;
        this.topSharpness = sharpness;
      } else this.valley = height;
      return false;
    }
    if (height > this.topHeight) {
      this.topAt = at;
      this.topHeight = height;
      this.topSharpness = sharpness;
    }
    if (at - this.topAt < APART) return false;
    this.rising = false;
    this.valley = height;
    this.topWidth = this.widthAtHalf();
    return true;
  }

  private widthAtHalf(): i64 {
    let from = this.topAt, to = this.topAt;
    while (from > this.topAt - APART && this.isHigh(from - 1)) from--;
    while (to < this.topAt + APART && this.isHigh(to + 1)) to++;
    return to - from + 1;
  }

  private isHigh(at: i64): bool {
    return 2 * this.past[<i32>((at + PAST) % PAST)] >= this.topHeight;
  }

  private learn(peak: bool, height: i64, sharpness: i64): void {
    if (peak && this.learnt < PASSED) {
      this.learntAt[this.learnt] = this.topAt;
      this.learntSharpness[this.learnt] = this.topSharpness;
      this.learntWidth[this.learnt] = this.topWidth;
      this.learntHeight[this.learnt++] = this.topHeight;
    }
    if (height > this.highest) this.highest = height;
    if (sharpness > this.sharpest) this.sharpest = sharpness;
    if (this.highest > 0) this.learntSamples++;
    if (this.learntSamples < LEARNING) return;
    this.learning = false;
    this.heights.learn(this.highest);
    this.sharpnesses.learn(this.sharpest);
    this.intervals.fill(RATE_HZ);
    for (let i = 0; i < this.learnt; i++)
      this.decide(this.learntAt[i], this.learntHeight[i], this.learntSharpness[i], this.learntWidth[i]);
  }

  private decide(at: i64, height: i64, sharpness: i64, width: i64): void {
    this.lookBack(at);
    const isUsualT = this.tWaves.take(at, height, sharpness, width);
    if (!isUsualT && this.isBeat(at, height, sharpness)) this.accept(at, height, sharpness, width);
    else {
      if (!isUsualT && this.passed < PASSED) {
        this.passedAt[this.passed] = at;
        this.passedSharpness[this.passed] = sharpness;
        this.passedWidth[this.passed] = width;
        this.passedHeight[this.passed++] = height;
      }
      this.heights.takeOther(height);
      this.sharpnesses.takeOther(sharpness);
    }
  }

  /** Until T_END after a beat a peak that is both dull and less than three quarters as high is its T wave. */
  private isBeat(at: i64, height: i64, sharpness: i64): bool {
    const since = at - this.lastBeat;
    if (since <= APART || 10 * height <= this.heights.tenThresholds) return false;
    const sharp = 10 * sharpness > this.sharpnesses.tenThresholds;
    return since > T_END || sharp || 4 * height > 3 * this.lastHeight;
  }

  private lookBack(at: i64): void {
    while (this.passed > 0 && at - this.lastBeat > min((3 * this.interval) >> 1, LOST)) {
      const best = this.highestPassed();
      const lost = at - max<i64>(this.lastBeat, 0) > LOST;
      if (lost && best >= 0 && this.passedHeight[best] > STANDS_OUT * this.heights.other) {
        this.heights.assume(this.passedHeight[best]);
        this.sharpnesses.assume(this.passedSharpness[best]);
      }
      if (best < 0 || 20 * this.passedHeight[best] <= this.heights.tenThresholds || (this.lookedBack && !lost)) {
        this.forget(at - LOST);
        return;
      }
      this.accept(this.passedAt[best], this.passedHeight[best], this.passedSharpness[best], this.passedWidth[best]);
      this.lookedBack = true;
    }
  }

  /** Whether the second look may take a peak, if it is high enough. */
  private mayBeBeat(i: i32): bool {
    const late = this.passedAt[i] - this.lastBeat > T_WAVE;
    return late && 20 * this.passedSharpness[i] > this.sharpnesses.tenThresholds;
  }

  private highestPassed(): i32 {
    let best = -1;
    for (let i = 0; i < this.passed; i++) {
      if (this.mayBeBeat(i) && (best < 0 || this.passedHeight[i] > this.passedHeight[best])) best = i;
    }
    return best;
  }

  private accept(at: i64, height: i64, sharpness: i64, width: i64): void {
    const doubtful = this.hasPassedOver(at);
    if (this.lastBeat >= 0) {
      remember(this.intervals, at - this.lastBeat);
      this.interval = median(this.intervals, this.sorted);
    }
    this.tWaves.takeBeat(at, height, sharpness, width);
    this.lastBeat = at;
    this.lastHeight = height;
    this.lookedBack = false;
    this.heights.takeBeat(height);
    this.sharpnesses.takeBeat(sharpness);
    this.forget(at);
    if (this.count == FOUND) return;
    this.doubtful[this.count] = doubtful;
    this.found[this.count++] = max<i64>(0, at - FEATURE_DELAY);
  }

  private hasPassedOver(before: i64): bool {
    for (let i = 0; i < this.passed; i++) {
      const between = this.passedAt[i] - this.lastBeat > T_WAVE && before - this.passedAt[i] > APART;
      if (between && 30 * this.passedHeight[i] > this.heights.tenThresholds) return true;
    }
    return false;
  }

  /** Keeps the peaks that were passed over after `at`. */
  private forget(at: i64): void {
    let kept = 0;
    for (let i = 0; i < this.passed; i++) {
      if (this.passedAt[i] <= at) continue;
      this.passedAt[kept] = this.passedAt[i];
      this.passedSharpness[kept] = this.passedSharpness[i];
      this.passedWidth[kept] = this.passedWidth[i];
      this.passedHeight[kept++] = this.passedHeight[i];
    }
    this.passed = kept;
  }
}
