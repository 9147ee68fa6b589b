// What a beat looks like. Twin of src-ts/monitor/integer-beat.ts.

import { floorDivide } from "./monitor-filter";
import { Lead } from "./monitor-lead";
import { Likeness } from "./monitor-likeness";
import { integerLog, integerRoot, SlidingOrder } from "./monitor-numbers";
import { IntegerRhythm } from "./monitor-rhythm";
import { FEATURES } from "./monitor-table";

const SAMPLES: i32 = 102;
const PEAK: i32 = 42;
const STEP: i32 = 3;
const CHANNELS: i32 = 4;
const HEIGHT: i64 = 4096;
const CLIP: i64 = 4 * HEIGHT;
const SCALE_BEATS: i32 = 32;
const LEAST_HEIGHT: i64 = 100 * 64;
const QRS_REACH: i32 = 12;
const TEMPLATE_BEATS: i32 = 48;
const REFRESH: i64 = 4;
const LEARNING_BEATS: i64 = 8;
const FROM: i32 = PEAK - 12;
const TO: i32 = PEAK + 16;
const LENGTH: i64 = TO - FROM + 1;
const LEAST_DIFFERENCE: i64 = 82;
const LEAST_RATIO: i64 = 205;
const LONE: i64 = 360;

/** Describes the beats of one recording; after `next` its fields are the beat's. */
export class IntegerBeatStream {
  channels: StaticArray<i32> = new StaticArray<i32>(SAMPLES * CHANNELS);
  features: StaticArray<i64> = new StaticArray<i64>(FEATURES);
  likeness: Likeness = new Likeness();
  private rhythm: IntegerRhythm = new IntegerRhythm();
  private main: BeatShape = new BeatShape();
  private second: BeatShape = new BeatShape();
  /** Of the lead that the last beat was described by. */
  private shape: BeatShape = changetype<BeatShape>(0);

  /**
   * Takes in a beat by its R peak in two leads, and the interval before it, 0 for the first. In the place of a lead that is not there, which
   * is never both, the other one stands.
   */
  next(main: Lead, second: Lead, peak: i64, pre: i64, hasMain: bool, hasSecond: bool): void {
    if (hasMain) this.main.next(main, peak, this.channels, 0);
    if (hasSecond) this.second.next(second, peak, this.channels, 2);
    if (!hasMain) this.copyLead(2, 0);
    if (!hasSecond) this.copyLead(0, 2);
    this.shape = hasMain ? this.main : this.second;
    this.rhythm.next(pre > 0 ? pre : LONE);
    this.compareLeads(this.shape, hasSecond ? this.second : this.main);
  }

  private copyLead(from: i32, to: i32): void {
    const channels = this.channels;
    for (let i = 0; i < channels.length; i += CHANNELS) {
      channels[i + to] = channels[i + from];
      channels[i + to + 1] = channels[i + from + 1];
    }
  }

  private compareLeads(main: BeatShape, second: BeatShape): void {
    const likeness = this.likeness;
    const usual = thousandths(main.correlation >> 3), other = thousandths(second.correlation >> 3);
    likeness.least = min(usual, other);
    likeness.most = max(usual, other);
    likeness.width = max(main.width, second.width);
    likeness.alike = max(thousandths((main.toLast + second.toLast) >> 1), thousandths((main.toEarlier + second.toEarlier) >> 1));
  }

  /** Writes the features, with `post` the interval behind the beat. */
  list(post: i64): void {
    const rhythm = this.rhythm, shape = this.shape, features = this.features;
    features[0] = rhythm.preToLocal;
    features[1] = rhythm.postToLocal(post);
    features[2] = rhythm.preToMean;
    features[3] = rhythm.postToPre(post);
    features[4] = shape.correlation;
    features[5] = shape.logDifference;
    features[6] = shape.logHeight;
    features[7] = rhythm.logMedianStep;
    features[8] = rhythm.steadyShare;
    features[9] = rhythm.entropy;
  }
}

class BeatShape {
  correlation: i64 = 0;
  logDifference: i64 = 0;
  logHeight: i64 = 0;
  /** Width over that of the usual complex, in thousandths. */
  width: i64 = 0;
  /** Correlation with the complexes of the last two beats, in 2⁻¹³. */
  toLast: i64 = 0;
  toEarlier: i64 = 0;
  private last: StaticArray<i64> = new StaticArray<i64>(SAMPLES);
  private earlier: StaticArray<i64> = new StaticArray<i64>(SAMPLES);
  private heights: SlidingOrder<i32> = new SlidingOrder<i32>(SCALE_BEATS);
  /** Windows are clipped to four heights of 4096: 16 bits hold them. */
  private samples: StaticArray<SlidingOrder<i16>> = new StaticArray<SlidingOrder<i16>>(SAMPLES);
  private template: StaticArray<i64> = new StaticArray<i64>(SAMPLES);
  private window: StaticArray<i64> = new StaticArray<i64>(SAMPLES);
  private beats: i64 = 0;

  constructor() {
    for (let i = 0; i < SAMPLES; i++) this.samples[i] = new SlidingOrder<i16>(TEMPLATE_BEATS);
  }

  next(lead: Lead, peak: i64, channels: StaticArray<i32>, channel: i32): void {
    const window = this.window, template = this.template;
    for (let i = 0; i < SAMPLES; i++) window[i] = lead.at(peak + (i - PEAK) * STEP);
    this.heights.push(peakToPeak(window, PEAK - QRS_REACH, PEAK + QRS_REACH));
    const height = max(LEAST_HEIGHT, this.heights.twiceMedian() >> 1);
    for (let i = 0; i < SAMPLES; i++) {
      const scaled = floorDivide(2 * HEIGHT * window[i] + height, 2 * height);
      window[i] = max(-CLIP, min(CLIP, scaled));
      if (this.beats == 0) template[i] = window[i];
    }
    for (let i = 0, to = channel; i < SAMPLES; i++, to += CHANNELS) {
      channels[to] = <i32>window[i];
      channels[to + 1] = <i32>(window[i] - template[i]);
    }
    this.compare();
    for (let i = FROM; i <= TO; i++) {
      this.earlier[i] = this.last[i];
      this.last[i] = window[i];
    }
    for (let i = 0; i < SAMPLES; i++) this.samples[i].push(window[i]);
    if (++this.beats > LEARNING_BEATS && this.beats % REFRESH != 0) return;
    for (let i = 0; i < SAMPLES; i++) template[i] = this.samples[i].twiceMedian() >> 1;
  }

  private compare(): void {
    const window = this.window, template = this.template;
    let squares: i64 = 0;
    for (let i = FROM; i <= TO; i++) squares += (window[i] - template[i]) * (window[i] - template[i]);
    const own = height(window), usual = height(template);
    this.correlation = 8 * correlation(window, template);
    this.logDifference = integerLog(integerRoot(squares / LENGTH) + LEAST_DIFFERENCE) - integerLog(HEIGHT);
    this.logHeight = integerLog(own) - integerLog(usual);
    this.width = (1000 * area(window) * usual) / (own * area(template));
    this.toLast = correlation(window, this.last);
    this.toEarlier = correlation(window, this.earlier);
  }
}

/** Correlation of two complexes in 2⁻¹³, rounded down. */
function correlation(a: StaticArray<i64>, b: StaticArray<i64>): i64 {
  let sumA: i64 = 0, sumB: i64 = 0, sumAA: i64 = 0, sumBB: i64 = 0, sumAB: i64 = 0;
  for (let i = FROM; i <= TO; i++) {
    sumA += a[i];
    sumB += b[i];
    sumAA += a[i] * a[i];
    sumBB += b[i] * b[i];
    sumAB += a[i] * b[i];
  }
  const spread = integerRoot(LENGTH * sumAA - sumA * sumA) * integerRoot(LENGTH * sumBB - sumB * sumB);
  return spread > 0 ? floorDivide((LENGTH * sumAB - sumA * sumB) * 8192, spread) : 0;
}

/** The area between a complex and its mean, times its length; of a flat one 1. */
function area(window: StaticArray<i64>): i64 {
  let total: i64 = 0, sum: i64 = 0;
  for (let i = FROM; i <= TO; i++) total += window[i];
  for (let i = FROM; i <= TO; i++) sum += abs(LENGTH * window[i] - total);
  return max<i64>(1, sum);
}

function height(window: StaticArray<i64>): i64 {
  return max(LEAST_RATIO, peakToPeak(window, FROM, TO));
}

function thousandths(correlation: i64): i64 {
  return floorDivide(1000 * correlation, 8192);
}

function peakToPeak(window: StaticArray<i64>, from: i32, to: i32): i64 {
  let low = window[from], high = window[from];
  for (let i = from; i <= to; i++) {
    low = min(low, window[i]);
    high = max(high, window[i]);
  }
  return high - low;
}
