// Logarithms, roots and ordered numbers. Twins of src-ts/monitor/integer-logarithm.ts and src-ts/ecg/signal/sliding-order.ts.

import { LOG, tabled } from "./monitor-table";

/** Logarithms and shares are whole numbers of 2⁻¹⁶. */
export const ONE: i64 = 65536;
const LN_2: i64 = 45426;

/** Returns the natural logarithm of a whole number from 1 to 2⁵². */
export function integerLog(value: i64): i64 {
  let exponent: i64 = 0;
  let mantissa = value;
  while (mantissa >= 65536) {
    mantissa >>= 1;
    exponent++;
  }
  while (mantissa < 32768) {
    mantissa <<= 1;
    exponent--;
  }
  const rest = mantissa - 32768;
  const piece = <i32>(rest >> 7);
  const below = tabled(LOG + piece);
  const between = (tabled(LOG + piece + 1) - below) * (rest & 127);
  return (exponent + 15) * LN_2 + below + (between >> 7);
}

/** Returns the largest whole number whose square is not above a whole number of at most 2⁵², bit by bit. */
export function integerRoot(value: i64): i64 {
  let root: i64 = 0;
  for (let bit: i64 = 1 << 26; bit > 0; bit >>= 1) {
    const next = root + bit;
    if (next * next <= value) root = next;
  }
  return root;
}

/** The last so many numbers of a stream, in order of size; T is as wide as they are. */
export class SlidingOrder<T extends number> {
  private recent: StaticArray<T>;
  private sorted: StaticArray<T>;
  private taken: i64 = 0;

  constructor(capacity: i32) {
    this.recent = new StaticArray<T>(capacity);
    this.sorted = new StaticArray<T>(capacity);
  }

  get size(): i32 {
    return <i32>min<i64>(this.taken, this.recent.length);
  }

  push(number: i64): void {
    const value = <T>number;
    const recent = this.recent, sorted = this.sorted, size = this.size;
    const place = <i32>(this.taken % recent.length);
    const full = size == recent.length;
    let gap = full ? this.placeOf(recent[place]) : size;
    const last = full ? size - 1 : size;
    while (gap < last && sorted[gap + 1] < value) {
      sorted[gap] = sorted[gap + 1];
      gap++;
    }
    while (gap > 0 && sorted[gap - 1] > value) {
      sorted[gap] = sorted[gap - 1];
      gap--;
    }
    sorted[gap] = value;
    recent[place] = value;
    this.taken++;
  }

  ranked(rank: i32): i64 {
    return <i64>this.sorted[rank];
  }

  /** Twice the median: the middle of two numbers may be a half. */
  twiceMedian(): i64 {
    const last = this.size - 1;
    return <i64>this.sorted[last >> 1] + <i64>this.sorted[(last + 1) >> 1];
  }

  total(): i64 {
    let sum: i64 = 0;
    for (let rank = 0; rank < this.size; rank++) sum += <i64>this.sorted[rank];
    return sum;
  }

  private placeOf(value: T): i32 {
    let low = 0, high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
