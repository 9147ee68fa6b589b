// Second-order sections in integers. Twin of src-ts/monitor/integer-filter.ts; memory is allocated once, when a filter is made.

import { tabled } from "./monitor-table";

const ONE_BITS: i64 = 22;
const ONE: i64 = 1 << ONE_BITS;
/** Numbers of a section: coefficients b0 b1 b2 a1 a2, and state x1 x2 y1 y2 and the remainder of the last division. */
const NUMBERS: i32 = 5;

/** a / b rounded down; b above 0. */
// @ts-ignore: decorator
@inline
export function floorDivide(a: i64, b: i64): i64 {
  const quotient = a / b;
  return quotient - <i64>(a % b < 0);
}

export class IntegerFilter {
  /** Where the coefficients begin in the table. */
  private first: i32;
  private state: StaticArray<i64>;
  private started: bool = false;

  constructor(first: i32, sections: i32) {
    this.first = first;
    this.state = new StaticArray<i64>(NUMBERS * sections);
  }

  /** Forgets the past: the next sample is taken to have stood there forever. */
  restart(): void {
    this.started = false;
  }

  next(sample: i64): i64 {
    if (!this.started) this.settle(sample);
    const s = this.state;
    let value = sample;
    for (let i = 0, c = this.first; i < s.length; i += NUMBERS, c += NUMBERS) {
      const ahead = tabled(c) * value + tabled(c + 1) * s[i] + tabled(c + 2) * s[i + 1];
      const sum = ahead - tabled(c + 3) * s[i + 2] - tabled(c + 4) * s[i + 3] + s[i + 4];
      const out = sum >> ONE_BITS;
      s[i + 4] = sum - (out << ONE_BITS);
      s[i + 1] = s[i];
      s[i] = value;
      s[i + 3] = s[i + 2];
      s[i + 2] = out;
      value = out;
    }
    return value;
  }

  private settle(sample: i64): void {
    const s = this.state;
    let level = sample;
    for (let i = 0, c = this.first; i < s.length; i += NUMBERS, c += NUMBERS) {
      const gain = tabled(c) + tabled(c + 1) + tabled(c + 2);
      const out = floorDivide(level * gain, ONE + tabled(c + 3) + tabled(c + 4));
      s[i] = s[i + 1] = level;
      s[i + 2] = s[i + 3] = out;
      s[i + 4] = 0;
      level = out;
    }
    this.started = true;
  }
}
