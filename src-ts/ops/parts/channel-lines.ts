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
  const bounds = boundsOf(values, low, high)
  const { flattest, steepest } = slopesOf(bounds)
  const multiplier = between(flattest, steepest)
  return multiplier === undefined ? undefined : lineOfSlope(bounds, multiplier)
}

/** Returns a line for each of several functions, all of one multiplier, or undefined: what ADD is in each channel. */
export function parallelLines(all: readonly ArrayLike<number>[], low: number, high: number): ByteLine[] | undefined {
  const bounds = all.map(values => boundsOf(values, low, high))
  const slopes = bounds.map(slopesOf)
  const flattest = slopes.reduce((most, slope) => Math.max(most, slope.flattest), -Infinity)
  const steepest = slopes.reduce((least, slope) => Math.min(least, slope.steepest), Infinity)
  const multiplier = between(flattest, steepest)
  return multiplier === undefined ? undefined : every(bounds, each => lineOfSlope(each, multiplier))
}

/** Returns a line for each of several functions, all through the middle of `value`, a byte and a fraction, at `x`, or undefined: what MUL is in each channel. */
export function linesThrough(
  all: readonly ArrayLike<number>[],
  low: number,
  high: number,
  x: number,
  value: number,
): ByteLine[] | undefined {
  const middle = value * UNIT + UNIT / 2
  return every(all, values => {
    const bounds = boundsOf(values, low, high)
    const point: Bound = { x, least: middle, most: middle }
    const { flattest, steepest } = slopesOf(bounds.map(bound => (bound.x === x ? point : bound)))
    const multiplier = between(flattest, steepest)
    const offset = multiplier === undefined ? NaN : middle - x * multiplier
    return multiplier !== undefined && isLine(bounds, { multiplier, offset }) ? { multiplier, offset } : undefined
  })
}

/** What x · multiplier + offset has to lie between. */
interface Bound {
  readonly x: number
  readonly least: number
  readonly most: number
}

function boundsOf(values: ArrayLike<number>, low: number, high: number): Bound[] {
  return Array.from(values, (value, i) => ({
    x: i - 128,
    least: value === low ? -Infinity : value * UNIT,
    most: value === high ? Infinity : (value + 1) * UNIT - 1,
  }))
}

/** The flattest and the steepest line that any two values allow, whole numbers. */
function slopesOf(bounds: readonly Bound[]): { readonly flattest: number; readonly steepest: number } {
  let [flattest, steepest] = [-Infinity, Infinity]
  for (const [i, a] of bounds.entries()) {
    for (let j = i + 1; j < bounds.length; j++) {
      const b = bounds[j]
      flattest = Math.max(flattest, (b.least - a.most) / (b.x - a.x))
      steepest = Math.min(steepest, (b.most - a.least) / (b.x - a.x))
    }
  }
  return { flattest: Math.ceil(flattest), steepest: Math.floor(steepest) }
}

/** The line of that multiplier, if all values allow one. */
function lineOfSlope(bounds: readonly Bound[], multiplier: number): ByteLine | undefined {
  const least = bounds.reduce((most, b) => Math.max(most, b.least - b.x * multiplier), -Infinity)
  const most = bounds.reduce((least, b) => Math.min(least, b.most - b.x * multiplier), Infinity)
  const offset = between(least, most)
  return offset !== undefined && isLine(bounds, { multiplier, offset }) ? { multiplier, offset } : undefined
}

/** Whether a line gives every value, in int32. */
function isLine(bounds: readonly Bound[], { multiplier, offset }: ByteLine): boolean {
  if (128 * Math.abs(multiplier) + Math.abs(offset) >= INT32) return false
  return bounds.every(({ x, least, most }) => least <= x * multiplier + offset && x * multiplier + offset <= most)
}

/** What `find` finds for each; undefined where it finds nothing for one. */
function every<T, R>(all: readonly T[], find: (each: T) => R | undefined): R[] | undefined {
  const found: R[] = []
  for (const each of all) {
    const one = find(each)
    if (one === undefined) return undefined
    found.push(one)
  }
  return found
}

/** A whole number in the middle; at the end that there is, where there is one only. */
function between(least: number, most: number): number | undefined {
  if (least > most) return undefined
  if (!Number.isFinite(least)) return Number.isFinite(most) ? most : 0
  return Number.isFinite(most) ? Math.floor((least + most) / 2) : least
}
