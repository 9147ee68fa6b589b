// Which peaks behind beats are T waves. Twin of src-ts/monitor/t-waves.ts.

import { REMEMBERED, remember } from "./monitor-qrs-levels";

export const T_END: i64 = 180;
const LOW: i64 = 65;
const DULL: i64 = 65;
const WIDE: i64 = 130;
const DELAY: i64 = 40;
const HEIGHT: i64 = 40;
const HABIT: i32 = 3;

export class TWaves {
  private has: bool = false;
  private beatAt: i64 = 0;
  private beatHeight: i64 = 0;
  private beatSharpness: i64 = 0;
  private beatWidth: i64 = 0;
  private delay: i64 = 0;
  private height: i64 = 0;
  private delays: StaticArray<i64> = new StaticArray<i64>(REMEMBERED);
  private heights: StaticArray<i64> = new StaticArray<i64>(REMEMBERED);

  takeBeat(at: i64, height: i64, sharpness: i64, width: i64): void {
    remember(this.delays, this.delay);
    remember(this.heights, this.height);
    this.delay = this.height = 0;
    this.has = true;
    this.beatAt = at;
    this.beatHeight = height;
    this.beatSharpness = sharpness;
    this.beatWidth = width;
  }

  /** Takes a peak behind the last beat; returns whether it is the T wave that this heart usually has. */
  take(at: i64, height: i64, sharpness: i64, width: i64): bool {
    if (!this.has || !this.isTShaped(at, height, sharpness, width)) return false;
    this.delay = at - this.beatAt;
    this.height = height;
    return this.alike() >= HABIT;
  }

  restart(): void {
    this.has = false;
  }

  private alike(): i32 {
    let found = 0;
    for (let i = 0; i < REMEMBERED; i++) {
      const later = abs(this.delays[i] - this.delay), higher = abs(this.heights[i] - this.height);
      if (later <= DELAY && 100 * higher <= HEIGHT * this.height) found++;
    }
    return found;
  }

  private isTShaped(at: i64, height: i64, sharpness: i64, width: i64): bool {
    if (at - this.beatAt > T_END || 100 * height > LOW * this.beatHeight) return false;
    return 100 * sharpness < DULL * this.beatSharpness && 100 * width >= WIDE * this.beatWidth;
  }
}
