// Rules that wait for labels in a row. Twins of src-ts/monitor/conditions.ts.

import { Condition, MINUTE, NONE, ratio } from "./monitor-condition";
import { Likeness } from "./monitor-likeness";
import { tabled } from "./monitor-table";

/** R peaks lie further apart. */
const APART: i64 = 54;
/** Bits of a label in the word of a pattern. */
const LABEL_BITS: i32 = 4;
const NORMAL: i32 = 0, SUPRAVENTRICULAR: i32 = 1;

export class RunCondition extends Condition {
  private label: i32;
  private orLabel: i32;
  private from: i64;
  private to: i64;
  private regularity: i64;
  private certainty: i64;
  private orBeats: i64;
  private labels: StaticArray<i32>;
  private intervals: StaticArray<i64>;
  private certainties: StaticArray<i64>;
  private length: i64 = 0;

  constructor(place: i32) {
    super();
    this.label = <i32>tabled(place);
    this.orLabel = <i32>tabled(place + 1);
    this.from = tabled(place + 3);
    this.to = tabled(place + 4);
    this.regularity = tabled(place + 5);
    this.certainty = tabled(place + 6);
    this.orBeats = tabled(place + 7);
    const beats = <i32>tabled(place + 2);
    this.labels = new StaticArray<i32>(beats);
    this.intervals = new StaticArray<i64>(beats);
    this.certainties = new StaticArray<i64>(beats);
  }

  labelled(_sample: i64, label: i32, certainty: i64, pre: i64, _likeness: Likeness): i64 {
    const intervals = this.intervals, beats = intervals.length, own = label == this.label || label == this.orLabel;
    if (!own || pre == NONE) this.forget();
    if (!own) return NONE;
    const place = <i32>(this.length++ % beats);
    this.labels[place] = label;
    intervals[place] = pre;
    this.certainties[place] = certainty;
    if (this.length < beats) return NONE;
    let samples: i64 = 0, longest: i64 = 0, shortest = i64.MAX_VALUE, certain: i64 = 0, named = 0;
    for (let i = 0; i < beats; i++) {
      certain += this.certainties[i];
      named += <i32>(this.labels[i] == this.label);
      // The first interval of a run is that before it.
      if (i == <i32>(this.length % beats)) continue;
      samples += intervals[i];
      longest = max(longest, intervals[i]);
      shortest = min(shortest, intervals[i]);
    }
    if (named == 0) return NONE;
    const count = MINUTE * (beats - 1);
    if (1000 * count < this.from * samples || 1000 * count > this.to * samples) return NONE;
    const sure = 1000 * longest <= this.regularity * shortest && certain >= this.certainty * beats;
    return this.length >= this.orBeats || sure ? ratio(count, samples) : NONE;
  }

  forget(): void {
    this.length = 0;
  }
}

export class CountCondition extends Condition {
  private label: i32;
  private least: i32;
  private window: i64;
  private times: StaticArray<i64>;
  private first: i32 = 0;
  private count: i32 = 0;

  constructor(place: i32) {
    super();
    this.label = <i32>tabled(place);
    this.least = <i32>tabled(place + 1);
    const window = tabled(place + 2);
    this.window = window;
    this.times = new StaticArray<i64>(<i32>(window / APART) + 2);
  }

  labelled(sample: i64, label: i32, _certainty: i64, _pre: i64, _likeness: Likeness): i64 {
    const times = this.times;
    while (this.count > 0 && times[this.first] <= sample - this.window) {
      this.first = (this.first + 1) % times.length;
      this.count--;
    }
    if (label == this.label) times[(this.first + this.count++) % times.length] = sample;
    return this.count >= this.least ? 1000 * this.count : NONE;
  }

  forget(): void {
    this.count = 0;
  }
}

export class PatternCondition extends Condition {
  private labels: i64;
  private period: i32;
  private repeats: i32;
  private seen: StaticArray<u8>;
  private count: i32 = 0;

  constructor(place: i32) {
    super();
    this.labels = tabled(place);
    const period = <i32>tabled(place + 1), repeats = <i32>tabled(place + 2);
    this.period = period;
    this.repeats = repeats;
    this.seen = new StaticArray<u8>(period * repeats);
  }

  labelled(_sample: i64, label: i32, _certainty: i64, pre: i64, _likeness: Likeness): i64 {
    const seen = this.seen, last = seen.length - 1;
    if (pre == NONE) this.count = 0;
    for (let i = 0; i < last; i++) seen[i] = seen[i + 1];
    seen[last] = <u8>label;
    this.count = min(this.count + 1, seen.length);
    if (this.count < seen.length) return NONE;
    // The same pattern may begin at any of its beats.
    for (let shift = 0; shift < this.period; shift++) if (this.fits(shift)) return 1000 * this.repeats;
    return NONE;
  }

  forget(): void {
    this.count = 0;
  }

  private fits(shift: i32): bool {
    for (let i = 0; i < this.seen.length; i++) {
      const wanted = (this.labels >> (LABEL_BITS * ((i + shift) % this.period))) & 15;
      if (this.seen[i] != <u8>wanted) return false;
    }
    return true;
  }
}

export class IrregularCondition extends Condition {
  private step: i64;
  private share: i64;
  private steps: StaticArray<bool>;
  private taken: i32 = 0;
  private place: i32 = 0;
  /** Of the last two beats: whether each comes from the atria, and the interval before the last. */
  private before: bool = false;
  private last: bool = false;
  private earlier: i64 = NONE;

  constructor(place: i32) {
    super();
    this.steps = new StaticArray<bool>(<i32>tabled(place));
    this.step = tabled(place + 1);
    this.share = tabled(place + 2);
  }

  labelled(_sample: i64, label: i32, _certainty: i64, pre: i64, _likeness: Likeness): i64 {
    const atrial = label == NORMAL || label == SUPRAVENTRICULAR;
    const own = this.before && this.last && atrial, earlier = this.earlier;
    this.before = this.last;
    this.last = atrial;
    this.earlier = pre;
    if (!own || earlier == NONE || pre == NONE) return NONE;
    const steps = this.steps, beats = steps.length;
    steps[this.place] = 1000 * abs(pre - earlier) > this.step * earlier;
    this.place = (this.place + 1) % beats;
    this.taken = min(this.taken + 1, beats);
    if (this.taken < beats) return NONE;
    let found = 0;
    for (let i = 0; i < beats; i++) found += <i32>steps[i];
    return 1000 * found >= this.share * beats ? ratio(found, beats) : NONE;
  }

  forget(): void {
    this.taken = this.place = 0;
    this.before = this.last = false;
    this.earlier = NONE;
  }
}
