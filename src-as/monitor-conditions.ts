// Whether what a rule waits for holds. Twin of src-ts/monitor/conditions.ts; limits stand in the table, in samples or thousandths.

import { Condition, NONE, secondsOf, Waves } from "./monitor-condition";
import { Likeness } from "./monitor-likeness";
import { CountCondition, IrregularCondition, PatternCondition, RunCondition } from "./monitor-patterns";
import { RateAboveCondition, RateBelowCondition } from "./monitor-rates";
import { tabled } from "./monitor-table";
import { UnlikeRunCondition } from "./monitor-unlike-run";

/** Kinds of rules; src-ts/monitor/device/table.ts numbers them so. */
const NO_BEAT: i32 = 0, PAUSE: i32 = 1, RATE_ABOVE: i32 = 2, RATE_BELOW: i32 = 3, FLUTTER: i32 = 4;
const RUN: i32 = 5, COUNT: i32 = 6, PATTERN: i32 = 7, IRREGULAR: i32 = 8, UNLIKE_RUN: i32 = 10, LEAD_LOST: i32 = 11;
export const UNCLASSIFIABLE: i32 = 9;

/** Makes the condition whose kind and limits stand at a place of the table. */
export function conditionOf(place: i32): Condition {
  const kind = <i32>tabled(place);
  if (kind == NO_BEAT) return new NoBeatCondition(place + 1);
  if (kind == PAUSE) return new PauseCondition(place + 1);
  if (kind == RATE_ABOVE) return new RateAboveCondition(place + 1);
  if (kind == RATE_BELOW) return new RateBelowCondition(place + 1);
  if (kind == FLUTTER) return new FlutterCondition(place + 1);
  if (kind == RUN) return new RunCondition(place + 1);
  if (kind == COUNT) return new CountCondition(place + 1);
  if (kind == PATTERN) return new PatternCondition(place + 1);
  if (kind == IRREGULAR) return new IrregularCondition(place + 1);
  if (kind == LEAD_LOST) return new LeadLostCondition(place + 1);
  if (kind == UNLIKE_RUN) return new UnlikeRunCondition(place + 1);
  return new UnclassifiableCondition(place + 1);
}

class NoBeatCondition extends Condition {
  private limit: i64;
  private onItsWay: i64;
  private waves: Waves;
  private since: i64 = NONE;
  private waved: bool = false;

  constructor(place: i32) {
    super();
    this.limit = tabled(place);
    this.onItsWay = tabled(place + 1);
    this.waves = new Waves(place + 2);
  }

  found(pre: i64, _doubtful: bool): i64 {
    const silent = pre > this.limit && !this.waved;
    this.waved = false;
    return silent ? secondsOf(pre) : NONE;
  }

  moment(at: i64, lastPeak: i64, classifiable: bool, leakage: i64, ratePerMinute: i64, _lost: bool): i64 {
    if (this.waves.are(at, lastPeak, leakage, ratePerMinute)) {
      this.waved = true;
      this.since = at;
    }
    if (!classifiable) this.since = NONE;
    else if (this.since == NONE) this.since = at;
    if (this.since == NONE) return NONE;
    const silent = at - max(this.since, lastPeak);
    return silent >= this.limit + this.onItsWay ? secondsOf(silent) : NONE;
  }

  forget(): void {
    this.waved = false;
    this.since = NONE;
  }
}

class PauseCondition extends Condition {
  private limit: i64;

  constructor(place: i32) {
    super();
    this.limit = tabled(place);
  }

  found(pre: i64, _doubtful: bool): i64 {
    return pre > this.limit ? secondsOf(pre) : NONE;
  }
}

class FlutterCondition extends Condition {
  private leakage: i64;
  private slowest: i64;
  private fastest: i64;
  private limit: i64;
  private beat: UsualBeat;
  private since: i64 = NONE;

  constructor(place: i32) {
    super();
    this.leakage = tabled(place);
    this.slowest = tabled(place + 1);
    this.fastest = tabled(place + 2);
    this.limit = tabled(place + 3);
    this.beat = new UsualBeat(place + 4);
  }

  labelled(sample: i64, label: i32, certainty: i64, _pre: i64, likeness: Likeness): i64 {
    this.beat.take(sample, label, certainty, likeness);
    return NONE;
  }

  moment(at: i64, _lastPeak: i64, _classifiable: bool, leakage: i64, ratePerMinute: i64, _lost: bool): i64 {
    const rate = 1000 * ratePerMinute;
    const holds = leakage != NONE && leakage < this.leakage && rate >= this.slowest && rate <= this.fastest;
    if (!holds) this.since = NONE;
    else if (this.since == NONE) this.since = at;
    const lasts = holds && at - this.since >= this.limit;
    return lasts && !this.beat.isNear(at) ? 1000 * ratePerMinute : NONE;
  }

  forget(): void {
    this.since = NONE;
    this.beat.forget();
  }
}

/** Watches for sure beats that look usual; five words at a place say which. */
class UsualBeat {
  private label: i32;
  private window: i64;
  private certainty: i64;
  private usual: i64;
  private width: i64;
  private last: i64 = NONE;

  constructor(place: i32) {
    this.label = <i32>tabled(place);
    this.window = tabled(place + 1);
    this.certainty = tabled(place + 2);
    this.usual = tabled(place + 3);
    this.width = tabled(place + 4);
  }

  take(sample: i64, label: i32, certainty: i64, likeness: Likeness): void {
    if (label != this.label || certainty < this.certainty || !likeness.known) return;
    if (likeness.most >= this.usual && likeness.width <= this.width) this.last = sample;
  }

  isNear(at: i64): bool {
    return this.last != NONE && at - this.last < this.window;
  }

  forget(): void {
    this.last = NONE;
  }
}

/** Holds while something has lasted long enough, for as many seconds. */
class LastingCondition extends Condition {
  private limit: i64;
  private since: i64 = NONE;

  constructor(place: i32) {
    super();
    this.limit = tabled(place);
  }

  lasting(at: i64, holds: bool): i64 {
    if (!holds) this.since = NONE;
    else if (this.since == NONE) this.since = at;
    return holds && at - this.since >= this.limit ? secondsOf(at - this.since) : NONE;
  }

  forget(): void {
    this.since = NONE;
  }
}

class UnclassifiableCondition extends LastingCondition {
  moment(at: i64, _lastPeak: i64, classifiable: bool, _leakage: i64, _ratePerMinute: i64, _lost: bool): i64 {
    return this.lasting(at, !classifiable);
  }

  /** Unclassifiable signal makes others forget; it is what this one waits for. */
  forget(): void {}
}

class LeadLostCondition extends LastingCondition {
  moment(at: i64, _lastPeak: i64, _classifiable: bool, _leakage: i64, _ratePerMinute: i64, lost: bool): i64 {
    return this.lasting(at, lost);
  }
}
