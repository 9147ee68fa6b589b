// Second-order sections in integers. Twin of src-ts/monitor/integer-filter.ts; memory is allocated once, when a filter is made.

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
  coefficients: StaticArray<i64>;
  private state: StaticArray<i64>;
  private started: bool = false;

  constructor(sections: i32) {
    this.coefficients = new StaticArray<i64>(NUMBERS * sections);
    this.state = new StaticArray<i64>(NUMBERS * sections);
  }

  /** Forgets the past: the next sample is taken to have stood there forever. */
  restart(): void {
    this.started = false;
  }

  next(sample: i64): i64 {
    if (!this.started) this.settle(sample);
    const c = this.coefficients, s = this.state;
    let value = sample;
    for (let i = 0; i < c.length; i += NUMBERS) {
      const sum = c[i] * value + c[i + 1] * s[i] + c[i + 2] * s[i + 1] - c[i + 3] * s[i + 2] - c[i + 4] * s[i + 3] + s[i + 4];
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
    const c = this.coefficients, s = this.state;
    let level = sample;
    for (let i = 0; i < c.length; i += NUMBERS) {
      const out = floorDivide(level * (c[i] + c[i + 1] + c[i + 2]), ONE + c[i + 3] + c[i + 4]);
      s[i] = s[i + 1] = level;
      s[i + 2] = s[i + 3] = out;
      s[i + 4] = 0;
      level = out;
    }
    this.started = true;
  }
}
