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
    const { recent, sorted, taken } = this
    const place = taken % recent.length
    let size = this.size
    if (size === recent.length) {
      const oldest = this.placeOf(recent[place], size)
      sorted.copyWithin(oldest, oldest + 1, size)
      size--
    }
    const own = this.placeOf(value, size)
    sorted.copyWithin(own + 1, own, size)
    sorted[own] = value
    recent[place] = value
    this.taken++
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

  /** Returns the median distance from the median. */
  medianDeviation(): number {
    const middle = this.median()
    const distances = this.sorted.slice(0, this.size).map(value => Math.abs(value - middle))
    return sortedMedian(distances.sort())
  }

  /** Returns the mean of the numbers. */
  mean(): number {
    let sum = 0
    for (let i = 0; i < this.size; i++) sum += this.sorted[i]
    return sum / this.size
  }

  /** The first place at which a number not below `value` stands. */
  private placeOf(value: number, size: number): number {
    let low = 0
    let high = size
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.sorted[middle] < value) low = middle + 1
      else high = middle
    }
    return low
  }
}

function sortedMedian(sorted: Float64Array): number {
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
