// How high peaks have been of late. Twin of src-ts/monitor/qrs-levels.ts.

import { floorDivide } from "./monitor-filter";

export const REMEMBERED: i32 = 8;

export class QrsLevels {
  beat: i64 = 0;
  other: i64 = 0;
  private beats: StaticArray<i64> = new StaticArray<i64>(REMEMBERED);
  private others: StaticArray<i64> = new StaticArray<i64>(REMEMBERED);
  private sorted: StaticArray<i64> = new StaticArray<i64>(REMEMBERED);

  learn(highest: i64): void {
    this.beats.fill(floorDivide(4 * highest, 5));
    this.others.fill(floorDivide(highest, 10));
    this.settle();
  }

  assume(height: i64): void {
    this.beats.fill(height);
    this.settle();
  }

  takeBeat(height: i64): void {
    remember(this.beats, height);
    this.settle();
  }

  takeOther(height: i64): void {
    remember(this.others, height);
    this.settle();
  }

  get tenThresholds(): i64 {
    return 7 * this.other + 3 * this.beat;
  }

  private settle(): void {
    this.beat = median(this.beats, this.sorted);
    this.other = median(this.others, this.sorted);
  }
}

export function remember(values: StaticArray<i64>, value: i64): void {
  for (let i = 1; i < REMEMBERED; i++) values[i - 1] = values[i];
  values[REMEMBERED - 1] = value;
}

/** The upper of the two in the middle; `sorted` is room for as many values. */
export function median(values: StaticArray<i64>, sorted: StaticArray<i64>): i64 {
  for (let i = 0; i < REMEMBERED; i++) {
    let place = i;
    for (; place > 0 && sorted[place - 1] > values[i]; place--) sorted[place] = sorted[place - 1];
    sorted[place] = values[i];
  }
  return sorted[REMEMBERED >> 1];
}
