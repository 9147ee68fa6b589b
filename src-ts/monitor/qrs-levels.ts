/** Heights that are remembered. */
export const REMEMBERED = 8

/** How high the peaks of beats and the others have been of late in one feature, and the threshold between them. */
export class QrsLevels {
  private readonly beats: number[] = []
  private readonly others: number[] = []
  /** Median of the last beats' heights. */
  beat = 0
  /** And of the other peaks'. */
  other = 0

  /** Starts from the highest value of a stretch of signal. */
  learn(highest: number): void {
    for (let i = 0; i < REMEMBERED; i++) {
      this.beats[i] = Math.floor((4 * highest) / 5)
      this.others[i] = Math.floor(highest / 10)
    }
    this.settle()
  }

  /** Takes beats to be so high from now on. */
  assume(height: number): void {
    this.beats.fill(height)
    this.settle()
  }

  takeBeat(height: number): void {
    remember(this.beats, height)
    this.settle()
  }

  takeOther(height: number): void {
    remember(this.others, height)
    this.settle()
  }

  /** Ten times the threshold: three tenths of the way from the other peaks to the beats. */
  get tenThresholds(): number {
    return 7 * this.other + 3 * this.beat
  }

  private settle(): void {
    this.beat = median(this.beats)
    this.other = median(this.others)
  }
}

/** Puts a value in the place of the oldest. */
export function remember(values: number[], value: number): void {
  values.shift()
  values.push(value)
}

/** The upper of the two in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}
