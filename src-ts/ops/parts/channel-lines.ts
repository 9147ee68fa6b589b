/** A function of one int8 as (x · multiplier + offset) >> SHIFT, clamped. */
export interface ByteLine {
  readonly multiplier: number
  readonly offset: number
}

/** Bits behind the point of a line. */
const SHIFT = 18
const UNIT = 2 ** SHIFT
const INT32 = 2 ** 31

/**
 * Returns a line that gives all 256 values of a function, or undefined. Rounding, even twice, moves a line's steps by less than a
 * byte's distance, so that one line with a single rounding mostly has the same.
 *
 * @param values Of −128 … 127, between `low` and `high`; where they reach these, the line may go beyond.
 */
export function lineThrough(values: ArrayLike<number>, low: number, high: number): ByteLine | undefined {
  // What x · multiplier + offset has to lie between.
  const bounds = Array.from(values, (value, i) => ({
    x: i - 128,
    least: value === low ? -Infinity : value * UNIT,
    most: value === high ? Infinity : (value + 1) * UNIT - 1,
  }))
  let [flattest, steepest] = [-Infinity, Infinity]
  for (const a of bounds) {
    for (let i = a.x + 129; i < bounds.length; i++) {
      const b = bounds[i]
      flattest = Math.max(flattest, (b.least - a.most) / (b.x - a.x))
      steepest = Math.min(steepest, (b.most - a.least) / (b.x - a.x))
    }
  }
  const multiplier = between(Math.ceil(flattest), Math.floor(steepest))
  if (multiplier === undefined) return undefined
  const least = bounds.reduce((most, b) => Math.max(most, b.least - b.x * multiplier), -Infinity)
  const most = bounds.reduce((least, b) => Math.min(least, b.most - b.x * multiplier), Infinity)
  const offset = between(least, most)
  if (offset === undefined || 128 * Math.abs(multiplier) + Math.abs(offset) >= INT32) return undefined
  return { multiplier, offset }
}

/** A whole number in the middle; at the end that there is, where there is one only. */
function between(least: number, most: number): number | undefined {
  if (least > most) return undefined
  if (!Number.isFinite(least)) return Number.isFinite(most) ? most : 0
  return Number.isFinite(most) ? Math.floor((least + most) / 2) : least
}
