// What is wrong with a lead, four times a second. Twin of src-ts/monitor/quality-index.ts.

const HOP: i32 = 90;
const HOPS: i32 = 8;
const MISSING_SHARE: i32 = 10;
const RAIL_SHARE: i32 = 5;
const PARTS: i64 = 64;
const OFFSET: i64 = 300 * 1000 * PARTS;
const FLAT: i64 = 10 * PARTS;
const RAIL_RANGE: i64 = 1500 * PARTS;
const TOP_SAMPLES: i32 = 8;
const TOP_STEP: i64 = 20 * PARTS;
const TOPS: i32 = 3;
const NOISE: i64 = 100 * PARTS;
/** Beyond every sample, with room for a difference of two. */
const FAR: i64 = 1 << 60;

/** Indices of the verdicts. */
const GOOD: i32 = 0, LACKING: i32 = 1, OFF: i32 = 2, STILL: i32 = 3, SATURATED: i32 = 4, NOISY: i32 = 5;

export class QualityIndex {
  verdict: i32 = GOOD;
  private missing: StaticArray<i32> = new StaticArray<i32>(HOPS);
  private low: StaticArray<i64> = new StaticArray<i64>(HOPS).fill(FAR);
  private high: StaticArray<i64> = new StaticArray<i64>(HOPS).fill(-FAR);
  private atLow: StaticArray<i32> = new StaticArray<i32>(HOPS);
  private atHigh: StaticArray<i32> = new StaticArray<i32>(HOPS);
  private topsLow: StaticArray<i32> = new StaticArray<i32>(HOPS);
  private topsHigh: StaticArray<i32> = new StaticArray<i32>(HOPS);
  private rough: StaticArray<i64> = new StaticArray<i64>(HOPS);
  private hop: i32 = 0;
  private samples: i64 = 0;
  private last: i64 = 0;
  private lastStep: i64 = 0;
  private equal: i32 = 0;
  private stepped: bool = false;

  next(sample: i64, missing: bool): void {
    const hop = this.hop;
    if (missing) this.missing[hop]++;
    else {
      if (sample < this.low[hop]) {
        this.low[hop] = sample;
        this.atLow[hop] = this.topsLow[hop] = 0;
      }
      if (sample > this.high[hop]) {
        this.high[hop] = sample;
        this.atHigh[hop] = this.topsHigh[hop] = 0;
      }
      if (sample == this.low[hop]) this.atLow[hop]++;
      if (sample == this.high[hop]) this.atHigh[hop]++;
      const step = sample - this.last;
      this.countTops(hop, sample, step);
      this.rough[hop] += abs(step - this.lastStep);
      this.last = sample;
      this.lastStep = step;
    }
    if (++this.samples % HOP != 0) return;
    this.verdict = this.judge();
    this.hop = (hop + 1) % HOPS;
    this.clear(this.hop);
  }

  private countTops(hop: i32, sample: i64, step: i64): void {
    if (step != 0) {
      this.equal = 0;
      this.stepped = abs(step) >= TOP_STEP;
    }
    if (++this.equal != TOP_SAMPLES || !this.stepped) return;
    if (sample == this.low[hop]) this.topsLow[hop]++;
    if (sample == this.high[hop]) this.topsHigh[hop]++;
  }

  private clear(hop: i32): void {
    this.missing[hop] = this.atLow[hop] = this.atHigh[hop] = this.topsLow[hop] = this.topsHigh[hop] = 0;
    this.rough[hop] = 0;
    this.low[hop] = FAR;
    this.high[hop] = -FAR;
  }

  private judge(): i32 {
    let missing = 0, atLow = 0, atHigh = 0, topsLow = 0, topsHigh = 0;
    let rough: i64 = 0, low = FAR, high = -FAR;
    for (let i = 0; i < HOPS; i++) {
      missing += this.missing[i];
      rough += this.rough[i];
      if (this.low[i] < low) {
        low = this.low[i];
        atLow = topsLow = 0;
      }
      if (this.high[i] > high) {
        high = this.high[i];
        atHigh = topsHigh = 0;
      }
      if (this.low[i] == low) {
        atLow += this.atLow[i];
        topsLow += this.topsLow[i];
      }
      if (this.high[i] == high) {
        atHigh += this.atHigh[i];
        topsHigh += this.topsHigh[i];
      }
    }
    const total = <i32>min<i64>(this.samples, HOPS * HOP);
    const present = total - missing;
    if (MISSING_SHARE * missing > total) return LACKING;
    if (abs(high + low) > 2 * OFFSET) return OFF;
    if (high - low <= FLAT) return STILL;
    const isRail = high - low >= RAIL_RANGE || max(topsLow, topsHigh) >= TOPS;
    if (isRail && RAIL_SHARE * max(atLow, atHigh) > present) return SATURATED;
    return rough > NOISE * present ? NOISY : GOOD;
  }
}
