// Rules that wait for a rate. Twins of src-ts/monitor/conditions.ts.

import { Condition, MINUTE, NONE, ratio } from "./monitor-condition";
import { Likeness } from "./monitor-likeness";
import { tabled } from "./monitor-table";

/** The mean rate of so many beats in a row. */
class MeanRate {
  samples: i64 = 0;
  private intervals: StaticArray<i64>;
  private count: i32 = 0;

  constructor(beats: i32) {
    this.intervals = new StaticArray<i64>(beats - 1);
  }

  /** The beats that a minute would have, times the intervals. */
  get beats(): i64 {
    return MINUTE * this.intervals.length;
  }

  /** Takes the interval before a beat; whether there are enough of them. */
  take(pre: i64): bool {
    if (pre == NONE) {
      this.forget();
      return false;
    }
    const intervals = this.intervals, place = this.count % intervals.length;
    this.samples += pre - intervals[place];
    intervals[place] = pre;
    this.count = this.count + 1 == 2 * intervals.length ? intervals.length : this.count + 1;
    return this.count >= intervals.length;
  }

  forget(): void {
    this.intervals.fill(0);
    this.count = 0;
    this.samples = 0;
  }
}

/** Waits for labels: what a beat looks like is known with them. */
export class RateAboveCondition extends Condition {
  private mean: MeanRate;
  private limit: i64;
  private alike: i64;
  private share: i64;
  private alikes: StaticArray<bool>;
  private taken: i64 = 0;

  constructor(place: i32) {
    super();
    const beats = <i32>tabled(place);
    this.mean = new MeanRate(beats);
    this.alikes = new StaticArray<bool>(beats);
    this.limit = tabled(place + 1);
    this.alike = tabled(place + 2);
    this.share = tabled(place + 3);
  }

  labelled(_sample: i64, _label: i32, _certainty: i64, pre: i64, likeness: Likeness): i64 {
    if (pre == NONE) this.forget();
    const alikes = this.alikes, beats = alikes.length, mean = this.mean;
    const like = likeness.known && max(likeness.most, likeness.alike) >= this.alike;
    alikes[<i32>(this.taken++ % beats)] = like;
    if (!mean.take(pre) || 1000 * mean.beats <= this.limit * mean.samples) return NONE;
    const kept = <i32>min<i64>(this.taken, beats);
    let many: i64 = 0;
    for (let i = 0; i < kept; i++) many += i64(alikes[i]);
    return 1000 * many >= this.share * kept ? ratio(mean.beats, mean.samples) : NONE;
  }

  forget(): void {
    this.mean.forget();
    this.taken = 0;
  }
}

/** Does not wait for labels: the next beat may be late. */
export class RateBelowCondition extends Condition {
  private mean: MeanRate;
  private limit: i64;
  private share: i64;
  private doubts: StaticArray<bool>;
  private taken: i64 = 0;

  constructor(place: i32) {
    super();
    const beats = <i32>tabled(place);
    this.mean = new MeanRate(beats);
    this.doubts = new StaticArray<bool>(beats - 1);
    this.limit = tabled(place + 1);
    this.share = tabled(place + 2);
  }

  found(pre: i64, doubtful: bool): i64 {
    const mean = this.mean, doubts = this.doubts;
    doubts[<i32>(this.taken++ % doubts.length)] = doubtful;
    if (!mean.take(pre) || 1000 * mean.beats >= this.limit * mean.samples) return NONE;
    const kept = min<i64>(this.taken, doubts.length);
    let many: i64 = 0;
    for (let i = 0; i < <i32>kept; i++) many += i64(doubts[i]);
    return 1000 * many <= this.share * kept ? ratio(mean.beats, mean.samples) : NONE;
  }

  forget(): void {
    this.mean.forget();
    this.taken = 0;
  }
}
