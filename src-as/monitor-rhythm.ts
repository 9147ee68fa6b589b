// RR features. Twin of src-ts/monitor/integer-rhythm.ts.

import { integerLog, ONE, SlidingOrder } from "./monitor-numbers";

const LOCAL_BEATS: i32 = 10;
const RHYTHM_BEATS: i32 = 64;
const SHORTEST: i64 = 36;
const LONGEST: i64 = 1080;
const REGULAR: i64 = 3932;
const LEAST: i64 = 655;

/** Follows the RR intervals of one recording; after `next` its fields are the features of the beat. */
export class IntegerRhythm {
  preToLocal: i64 = 0;
  preToMean: i64 = 0;
  logMedianStep: i64 = 0;
  steadyShare: i64 = 0;
  entropy: i64 = 0;
  private log: i64 = 0;
  private logLocal: i64 = 0;
  private local: SlidingOrder<i32> = new SlidingOrder<i32>(LOCAL_BEATS);
  /** The last logarithms, that of beat n at n mod 64. */
  private logs: StaticArray<i32> = new StaticArray<i32>(RHYTHM_BEATS);
  private steps: SlidingOrder<i32> = new SlidingOrder<i32>(RHYTHM_BEATS);
  private sum: i64 = 0;
  private count: i64 = 0;

  next(interval: i64): void {
    const local = this.local, steps = this.steps;
    const pre = bounded(interval);
    const log = integerLog(pre);
    local.push(pre);
    steps.push(this.count == 0 ? 0 : abs(log - this.log));
    this.log = log;
    this.logs[<i32>(this.count % RHYTHM_BEATS)] = <i32>log;
    this.sum += pre;
    this.count++;
    let small: i64 = 0;
    for (let i = 0; i < steps.size; i++) small += i64(steps.ranked(i) < REGULAR);
    this.logLocal = integerLog(local.total()) - integerLog(local.size);
    this.preToLocal = log - this.logLocal;
    this.preToMean = log + integerLog(this.count) - integerLog(this.sum);
    this.logMedianStep = logOfShare(steps.twiceMedian() >> 1);
    this.steadyShare = (small * ONE) / steps.size;
    this.entropy = this.entropyOfLast();
  }

  /** Of the pairs of intervals that are alike, how many are followed by two that are, too, as a logarithm. */
  private entropyOfLast(): i64 {
    const known = <i32>min<i64>(this.count, RHYTHM_BEATS);
    const first = this.count - known;
    let pairs: i64 = 0, goOn: i64 = 0;
    for (let i = 1; i < known - 1; i++) {
      for (let j = 0; j < i; j++) {
        if (!this.alike(first + i, first + j)) continue;
        pairs++;
        goOn += i64(this.alike(first + i + 1, first + j + 1));
      }
    }
    return integerLog(pairs + 1) - integerLog(goOn + 1);
  }

  private alike(one: i64, other: i64): bool {
    const logs = this.logs;
    return abs(logs[<i32>(one % RHYTHM_BEATS)] - logs[<i32>(other % RHYTHM_BEATS)]) < <i32>REGULAR;
  }

  postToLocal(post: i64): i64 {
    return integerLog(bounded(post)) - this.logLocal;
  }

  postToPre(post: i64): i64 {
    return integerLog(bounded(post)) - this.log;
  }
}

function logOfShare(value: i64): i64 {
  return integerLog(value + LEAST) - integerLog(ONE);
}

function bounded(samples: i64): i64 {
  return min(LONGEST, max(SHORTEST, samples));
}
