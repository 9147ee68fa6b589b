// The filter that leaks unless the signal is a sine. Twin of src-ts/monitor/flutter-index.ts.

const LENGTH: i32 = 480;
const LEAST_MEAN: i64 = 100 * 64;
const PI_NUMERATOR: i64 = 355;
const PI_DENOMINATOR: i64 = 113;

export class FlutterIndex {
  /** What is left, in thousandths; after a `read` that says true. */
  leakage: i64 = 0;
  ratePerMinute: i64 = 0;
  private past: StaticArray<i32> = new StaticArray<i32>(LENGTH);
  private samples: i64 = 0;

  next(sample: i64): void {
    this.past[<i32>(this.samples++ % LENGTH)] = <i32>sample;
  }

  /** Whether there is an index: four seconds of a usable signal that is large enough. */
  read(usable: bool): bool {
    if (!usable) this.samples = 0;
    if (this.samples < LENGTH) return false;
    let size: i64 = 0, steps: i64 = 0;
    for (let i = 1; i < LENGTH; i++) {
      size += abs(this.at(i));
      steps += abs(this.at(i) - this.at(i - 1));
    }
    if (size < LEAST_MEAN * LENGTH || steps == 0) return false;
    const half = <i32>((2 * PI_NUMERATOR * size + PI_DENOMINATOR * steps) / (2 * PI_DENOMINATOR * steps));
    if (half < 1 || half >= LENGTH / 4) return false;
    let left: i64 = 0, whole: i64 = 0;
    for (let i = half; i < LENGTH; i++) {
      left += abs(this.at(i) + this.at(i - half));
      whole += abs(this.at(i)) + abs(this.at(i - half));
    }
    this.leakage = (1000 * left) / whole;
    this.ratePerMinute = (60 * 120) / (2 * half);
    return true;
  }

  private at(i: i32): i64 {
    return this.past[<i32>((this.samples + i) % LENGTH)];
  }
}
