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
  preToLong: i64 = 0;
  preToLongest: i64 = 0;
  logDeviation: i64 = 0;
  logMedianStep: i64 = 0;
  regularShare: i64 = 0;
  steadyShare: i64 = 0;
  logMeanStep: i64 = 0;
  private log: i64 = 0;
  private logLocal: i64 = 0;
  private local: SlidingOrder<i32> = new SlidingOrder<i32>(LOCAL_BEATS);
  private logs: SlidingOrder<i32> = new SlidingOrder<i32>(RHYTHM_BEATS);
  private steps: SlidingOrder<i32> = new SlidingOrder<i32>(RHYTHM_BEATS);
  private sum: i64 = 0;
  private count: i64 = 0;

  next(interval: i64): void {
    const local = this.local, logs = this.logs, steps = this.steps;
    const pre = bounded(interval);
    const log = integerLog(pre);
    local.push(pre);
    logs.push(log);
    steps.push(this.count == 0 ? 0 : abs(log - this.log));
    this.log = log;
    this.sum += pre;
    this.count++;
    const middle = logs.twiceMedian();
    let near: i64 = 0, small: i64 = 0;
    for (let i = 0; i < logs.size; i++) near += i64(abs(2 * logs.ranked(i) - middle) < 2 * REGULAR);
    for (let i = 0; i < steps.size; i++) small += i64(steps.ranked(i) < REGULAR);
    this.logLocal = integerLog(local.total()) - integerLog(local.size);
    this.preToLocal = log - this.logLocal;
    this.preToMean = log + integerLog(this.count) - integerLog(this.sum);
    this.preToLong = log - ninthDecile(logs);
    this.preToLongest = log - logs.ranked(logs.size - 1);
    this.logDeviation = logOfShare(logs.medianDeviation());
    this.logMedianStep = logOfShare(steps.twiceMedian() >> 1);
    this.regularShare = (near * ONE) / logs.size;
    this.steadyShare = (small * ONE) / steps.size;
    this.logMeanStep = logOfShare(steps.total() / steps.size);
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

function ninthDecile(order: SlidingOrder<i32>): i64 {
  const tenths = 9 * (order.size - 1);
  const low = tenths / 10;
  const rest = tenths % 10;
  const below = order.ranked(low);
  return rest == 0 ? below : below + (rest * (order.ranked(low + 1) - below)) / 10;
}

function bounded(samples: i64): i64 {
  return min(LONGEST, max(SHORTEST, samples));
}
