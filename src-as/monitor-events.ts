// What a push has to say, as firmware-targets/abi/monitor.h describes it: how many events there are, and the events.

const HEAD: usize = 16;
const EVENT: usize = 32;
const ROOM: i32 = 40;

export const BEAT: i32 = 1;
export const PROVISIONAL: i32 = 2;
export const ALARM: i32 = 3;
export const END: i32 = 4;
export const GAP: i32 = 5;
export const SUSPENDED: i32 = 6;
export const RESUMED: i32 = 7;

export class Events {
  private count: i32 = 0;
  private lost: i32 = 0;
  private address: usize;

  constructor(address: usize) {
    this.address = address;
  }

  /** Begins a push. */
  clear(): void {
    memory.fill(this.address, 0, HEAD + <usize>ROOM * EVENT);
    this.count = this.lost = 0;
  }

  add(kind: i32, which: i32, at: i64, sample: i64, value: i64, certainty: i64): void {
    if (this.count == ROOM) store<i32>(this.address, ++this.lost, 4);
    else {
      const to = this.address + HEAD + EVENT * <usize>this.count;
      store<i64>(to, at);
      store<i64>(to, sample, 8);
      store<i32>(to, kind, 16);
      store<i32>(to, which, 20);
      store<i32>(to, <i32>value, 24);
      store<i32>(to, <i32>certainty, 28);
      store<i32>(this.address, ++this.count);
    }
  }
}
