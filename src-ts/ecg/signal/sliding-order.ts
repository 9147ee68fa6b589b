/** The last `capacity` numbers of a stream, kept in order of size. A new number costs one search and one move of memory. */
export class SlidingOrder {
  private readonly recent: Float64Array
  private readonly sorted: Float64Array
  private taken = 0

  constructor(capacity: number) {
    this.recent = new Float64Array(capacity)
    this.sorted = new Float64Array(capacity)
  }

  /** How many numbers there are: at most the capacity. */
  get size(): number {
    return Math.min(this.taken, this.recent.length)
  }

  /** Takes a number in and, when the capacity is reached, lets the oldest go. */
  push(value: number): void {
    const { recent, sorted, size } = this
    const place = this.taken++ % recent.length
    const full = size === recent.length
    // The gap that the oldest leaves, or a new one at the end, moves to where the new number belongs.
    let gap = full ? this.placeOf(recent[place]) : size
    const last = full ? size - 1 : size
    while (gap < last && sorted[gap + 1] < value) sorted[gap] = sorted[++gap]
    while (gap > 0 && sorted[gap - 1] > value) sorted[gap] = sorted[--gap]
    sorted[gap] = value
    recent[place] = value
  }

  /** Returns the number of a rank, 0 the smallest, `size` − 1 the largest. */
  ranked(rank: number): number {
    return this.sorted[rank]
  }

  /** Returns the number below which share `q` (0 … 1) of them lie, between neighbours by a straight line (numpy.quantile); NaN if empty. */
  quantile(q: number): number {
    const at = q * (this.size - 1)
    const low = Math.floor(at)
    const high = Math.ceil(at)
    return this.size === 0 ? Number.NaN : this.sorted[low] + (at - low) * (this.sorted[high] - this.sorted[low])
  }

  /** Returns the middle number, or the mean of the two in the middle. */
  median(): number {
    return this.quantile(0.5)
  }

  /** Returns the share of the numbers for which `holds` is true. */
  share(holds: (value: number) => boolean): number {
    let count = 0
    for (let i = 0; i < this.size; i++) if (holds(this.sorted[i])) count++
    return count / this.size
  }

  /** Returns the mean of the numbers. */
  mean(): number {
    let sum = 0
    for (let i = 0; i < this.size; i++) sum += this.sorted[i]
    return sum / this.size
  }

  /** The first place at which a number not below `value` stands. */
  private placeOf(value: number): number {
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.sorted[middle] < value) low = middle + 1
      else high = middle
    }
    return low
  }
}
