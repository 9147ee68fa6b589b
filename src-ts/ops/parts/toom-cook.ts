/**
 * The integer matrices of F(m, k), m + k = 9, along a line: y[j] = Σ w[t]·x[j + t], j < m, t < k, from eight inputs through eight products,
 * with the points 0, ±1, ±2, ±1/2, ∞ (Toom, 1963; Cook, 1966; Winograd, Arithmetic Complexity of Computations, 1980).
 * 360·y = A·((G·w) ∘ (B·x)), exact in integers; int32 sums wrap and are right modulo 2³².
 */

/** Points u : v. */
const points: readonly (readonly [number, number])[] = [
  [0, 1],
  [1, 1],
  [-1, 1],
  [2, 1],
  [-2, 1],
  [1, 2],
  [-1, 2],
  [1, 0],
]

/** Rows of B, one for each point: zeros at all other points. src-as/toom-cook.ts computes them. */
export const inputMatrix: readonly (readonly number[])[] = [
  [4, 0, -21, 0, 21, 0, -4, 0],
  [0, 4, 4, -17, -17, 4, 4, 0],
  [0, -4, 4, 17, -17, -4, 4, 0],
  [0, 2, 1, -10, -5, 8, 4, 0],
  [0, -2, 1, 10, -5, -8, 4, 0],
  [0, 4, 8, -5, -10, 1, 2, 0],
  [0, -4, 8, 5, -10, -1, 2, 0],
  [0, -4, 0, 21, 0, -21, 0, 4],
]

/** Inputs, and products, of a tile. */
export const TILE_INPUTS = inputMatrix.length
/** What sums of products are divided by: DIVISOR = ODD_PART · 2^EXPONENT. */
export const DIVISOR = 360
export const EXPONENT = 3
const ODD_PART = 45

/** u^i · v^(n − 1 − i) of each point: the value of the i-th of n coefficients there. */
function power([u, v]: readonly [number, number], i: number, n: number): number {
  return u ** i * v ** (n - 1 - i)
}

/** A, [m][8]. src-as/toom-cook.ts computes it. */
export function outputMatrix(m: number): number[][] {
  return Array.from({ length: m }, (_, j) => points.map(point => power(point, j, m)))
}

/** G, [8][k]: what belongs to the points' values, all of the divisor included. */
export function weightMatrix(k: number): number[][] {
  return points.map((point, i) => {
    const own = inputMatrix[i].reduce((sum, c, t) => sum + c * power(point, t, TILE_INPUTS), 0)
    return Array.from({ length: k }, (_, t) => (DIVISOR / own) * power(point, t, k))
  })
}

/** The inverse of the divisor's odd part modulo 2³², as int32. */
export const inverseOfOddPart: number = inverse(ODD_PART)

function inverse(odd: number): number {
  // Newton: each step doubles the correct bits, three at the start.
  let x = odd
  for (let step = 0; step < 5; step++) x = Math.imul(x, 2 - Math.imul(odd, x))
  return x
}

/** Inputs are int8 and weights in [−127, 127]: transformed, both must fit 16 bits. */
export function fitsInt16(k: number): boolean {
  const norm = (row: readonly number[]) => row.reduce((sum, c) => sum + Math.abs(c), 0)
  const inputs = Math.max(...inputMatrix.map(norm)) * 128
  const weights = Math.max(...weightMatrix(k).map(norm)) * 127
  return inputs < 2 ** 15 && weights < 2 ** 15
}

/** Outputs are right while they are below this: the division shifts by EXPONENT bits. */
export const LARGEST_SUM: number = 2 ** (31 - EXPONENT) - 1
