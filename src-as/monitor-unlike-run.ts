// A run of fast beats that look like each other, and by shape or label unlike the usual ones. Twin of src-ts/monitor/unlike-run.ts.

import { Condition, MINUTE, NONE, RATE_HZ, ratio } from "./monitor-condition";
import { Likeness } from "./monitor-likeness";
import { tabled } from "./monitor-table";

const INTERVALS: i32 = 8;
/** What is known of a beat, in bits. */
const NAMED: i32 = 1, UNLIKE: i32 = 2, PLAIN: i32 = 4;

export class UnlikeRunCondition extends Condition {
  private from: i64;
  private regularity: i64;
  private share: i64;
  private some: i64;
  private more: i64;
  private much: i64;
  private width: i64;
  private alike: i64;
  private label: i32;
  private orLabel: i32;
  private named: i32;
  private certainty: i64;
  private intervals: StaticArray<i64>;
  private likes: StaticArray<i64>;
  private evidence: StaticArray<i32>;
  private length: i64 = 0;
  private before: StaticArray<i64> = new StaticArray<i64>(INTERVALS);
  private sorted: StaticArray<i64> = new StaticArray<i64>(INTERVALS);
  private count: i32 = 0;
  private usual: i64 = RATE_HZ;

  constructor(place: i32) {
    super();
    const beats = <i32>tabled(place);
    this.from = tabled(place + 1);
    this.regularity = tabled(place + 2);
    this.share = tabled(place + 3);
    this.some = tabled(place + 4);
    this.more = tabled(place + 5);
    this.much = tabled(place + 6);
    this.width = tabled(place + 7);
    this.alike = tabled(place + 8);
    this.label = <i32>tabled(place + 9);
    this.orLabel = <i32>tabled(place + 10);
    this.named = <i32>tabled(place + 11);
    this.certainty = tabled(place + 12);
    this.intervals = new StaticArray<i64>(beats);
    this.likes = new StaticArray<i64>(beats);
    this.evidence = new StaticArray<i32>(beats);
  }

  labelled(_sample: i64, label: i32, certainty: i64, pre: i64, likeness: Likeness): i64 {
    const beats = this.intervals.length;
    const evidence = pre == NONE || !likeness.known ? 0 : this.evidenceOf(label, certainty, likeness);
    if (pre == NONE) this.count = 0;
    if (evidence == 0) this.length = 0;
    else {
      if (this.length == 0) this.usual = this.median();
      const place = <i32>(this.length++ % beats);
      this.intervals[place] = pre;
      this.likes[place] = likeness.alike;
      this.evidence[place] = evidence;
    }
    if (pre != NONE) this.before[this.count++ % INTERVALS] = pre;
    if (this.count == 2 * INTERVALS) this.count = INTERVALS;
    return this.length < beats ? NONE : this.judge(beats);
  }

  forget(): void {
    this.length = 0;
    this.count = 0;
  }

  private judge(beats: i32): i64 {
    let samples: i64 = 0, longest: i64 = 0, shortest = i64.MAX_VALUE, all = NAMED | UNLIKE | PLAIN, named = 0;
    for (let i = 0; i < beats; i++) {
      const place = <i32>((this.length + i) % beats), interval = this.intervals[place];
      all &= this.evidence[place];
      named += this.evidence[place] & NAMED;
      // The first interval of a run is that before it, and its first beat may lie on the T wave of the one before.
      if (i > 1 && this.likes[place] < this.alike) return NONE;
      if (i == 0) continue;
      samples += interval;
      longest = max(longest, interval);
      shortest = min(shortest, interval);
    }
    const count = MINUTE * (beats - 1);
    if (1000 * count < this.from * samples || 1000 * longest > this.regularity * shortest) return NONE;
    const sure = (all & NAMED) != 0 && (all & UNLIKE) != 0;
    const likely = (all & PLAIN) != 0 || named >= this.named;
    const sudden = 1000 * samples <= this.share * this.usual * (beats - 1);
    return sure || (sudden && likely) ? ratio(count, samples) : NONE;
  }

  private evidenceOf(label: i32, certainty: i64, likeness: Likeness): i32 {
    const named = label == this.label || label == this.orLabel ? NAMED : 0, least = likeness.least;
    if (likeness.most >= this.some || least >= this.more) return certainty >= this.certainty ? named : 0;
    return named | UNLIKE | (least < this.much || likeness.width > this.width ? PLAIN : 0);
  }

  /** The upper of the two in the middle; a second where there are none. */
  private median(): i64 {
    const size = min(this.count, INTERVALS), sorted = this.sorted;
    for (let i = 0; i < size; i++) {
      let place = i;
      for (; place > 0 && sorted[place - 1] > this.before[i]; place--) sorted[place] = sorted[place - 1];
      sorted[place] = this.before[i];
    }
    return size == 0 ? RATE_HZ : sorted[size >> 1];
  }
}
