// What a rule waits for, as the rest of a monitor sees it. Twin of src-ts/monitor/condition.ts.

import { Likeness } from "./monitor-likeness";
import { tabled } from "./monitor-table";

export const RATE_HZ: i64 = 360;
export const MINUTE: i64 = 60 * RATE_HZ;
export const NONE: i64 = i64.MIN_VALUE;

/** Each call returns the value that goes into the event, in thousandths, or NONE. */
export class Condition {
  found(_pre: i64, _doubtful: bool): i64 {
    return NONE;
  }
  labelled(_sample: i64, _label: i32, _certainty: i64, _pre: i64, _likeness: Likeness): i64 {
    return NONE;
  }
  moment(_at: i64, _lastPeak: i64, _classifiable: bool, _leakage: i64, _ratePerMinute: i64, _lost: bool): i64 {
    return NONE;
  }
  forget(): void {}
}

/** Whether there are waves a second after the last beat and later; two words at a place say from when on. */
export class Waves {
  private leakage: i64;
  private slowest: i64;

  constructor(place: i32) {
    this.leakage = tabled(place);
    this.slowest = tabled(place + 1);
  }

  are(at: i64, lastPeak: i64, leakage: i64, ratePerMinute: i64): bool {
    if (lastPeak != NONE && at - lastPeak < RATE_HZ) return false;
    return leakage != NONE && leakage < this.leakage && 1000 * ratePerMinute >= this.slowest;
  }
}

/** a / b in thousandths, halves up; neither is negative. */
export function ratio(a: i64, b: i64): i64 {
  return (2000 * a + b) / (2 * b);
}

/** A number of samples as thousandths of a second. */
export function secondsOf(samples: i64): i64 {
  return ratio(samples, RATE_HZ);
}
