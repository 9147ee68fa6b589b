// Polyphase resampling in integers. Twin of src-ts/monitor/integer-resampler.ts, which makes the taps.

const ONE_BITS: i64 = 15;

export class IntegerResampler {
  taps: StaticArray<i64>;
  private past: StaticArray<i64>;
  private half: i32;
  private newest: i32 = 0;
  private ahead: i32 = 0;
  private started: bool = false;
  private up: i32;
  private down: i32;

  constructor(up: i32, down: i32, taps: i32, width: i32) {
    this.up = up;
    this.down = down;
    this.taps = new StaticArray<i64>(taps);
    this.past = new StaticArray<i64>(width);
    this.half = (taps - 1) / 2;
  }

  /** Takes a sample; then `pull` gives the outputs that are certain by it while `ready`. */
  push(sample: i64): void {
    if (!this.started) {
      this.past.fill(sample);
      this.ahead = this.up;
      this.started = true;
    }
    this.newest = this.newest + 1 == this.past.length ? 0 : this.newest + 1;
    this.past[this.newest] = sample;
    this.ahead -= this.up;
  }

  get ready(): bool {
    return this.ahead + this.half < this.up;
  }

  pull(): i64 {
    const taps = this.taps, past = this.past, up = this.up;
    let sum: i64 = 1 << (ONE_BITS - 1);
    let place = this.newest;
    for (let tap = this.half + this.ahead; tap < taps.length; tap += up) {
      if (tap >= 0) sum += taps[tap] * past[place];
      place = place == 0 ? past.length - 1 : place - 1;
    }
    this.ahead += this.down;
    return sum >> ONE_BITS;
  }

  restart(): void {
    this.started = false;
  }
}
