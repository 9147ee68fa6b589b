// Polyphase resampling in integers. Twin of src-ts/monitor/integer-resampler.ts, which makes the taps.

import { DOWN, TAP_COUNT, tabled, TAPS, UP, WIDTH } from "./monitor-table";

const ONE_BITS: i64 = 15;

export class IntegerResampler {
  private past: StaticArray<i64>;
  private taps: i32 = <i32>tabled(TAP_COUNT);
  private newest: i32 = 0;
  private ahead: i32 = 0;
  private started: bool = false;
  private up: i32 = <i32>tabled(UP);
  private down: i32 = <i32>tabled(DOWN);

  constructor() {
    this.past = new StaticArray<i64>(<i32>tabled(WIDTH));
  }

  private get half(): i32 {
    return (this.taps - 1) >> 1;
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
    const past = this.past, up = this.up;
    let sum: i64 = 1 << (ONE_BITS - 1);
    let place = this.newest;
    for (let tap = this.half + this.ahead; tap < this.taps; tap += up) {
      if (tap >= 0) sum += tabled(TAPS + tap) * past[place];
      place = place == 0 ? past.length - 1 : place - 1;
    }
    this.ahead += this.down;
    return sum >> ONE_BITS;
  }

  restart(): void {
    this.started = false;
  }
}
