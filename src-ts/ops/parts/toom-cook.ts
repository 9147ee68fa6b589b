/**
 * Integer Toom-Cook (Winograd) convolution along one axis: y[t] = Σ w[j] · x[t + j] for t below m, j below k, by fewer products:
 * divisor · y = A ((G w) ∘ (B x)), all whole numbers. Source: Toom-Cook by interpolation in homogeneous points (a : b), after
 * Winograd, Arithmetic Complexity of Computations, 1980; the factor x² + 1 takes two dimensions and three products.
 */
export interface ToomCook {
  readonly outputs: number
  readonly taps: number
  /** Inputs to points: one row per product, outputs + taps − 1 columns. */
  readonly B: readonly (readonly number[])[]
  /** Taps to points. */
  readonly G: readonly (readonly number[])[]
  /** Products to outputs: one row per output. */
  readonly A: readonly (readonly number[])[]
  readonly divisor: number
}

type Point = readonly [number, number] | 'x² + 1'

const INFINITY: Point = [1, 0]
const FIRST: readonly Point[] = [
  [0, 1],
  [1, 1],
  [-1, 1],
]
const TWOS: readonly Point[] = [
  [2, 1],
  [-2, 1],
]
const HALVES: readonly Point[] = [
  [1, 2],
  [-1, 2],
]
/** Points by the number of inputs of a tile: those with the smallest numbers. */
const POINTS: Readonly<Record<number, readonly Point[]>> = {
  2: [[0, 1], INFINITY],
  3: [[0, 1], [1, 1], INFINITY],
  4: [...FIRST, INFINITY],
  5: [...FIRST, [2, 1], INFINITY],
  6: [...FIRST, ...TWOS, INFINITY],
  7: [...FIRST, ...TWOS, ...HALVES],
  8: [...FIRST, ...TWOS, ...HALVES, INFINITY],
  10: [...FIRST, ...TWOS, ...HALVES, INFINITY, 'x² + 1'],
}

/** int8 inputs and weights: what transforms may grow to in int16. Weights of −128 are looked at one by one where a filter has them. */
const LARGEST = 32767
const LONGEST = Math.floor(LARGEST / 127)

const known = new Map<string, ToomCook | undefined>()

/**
 * Returns the scheme of `outputs` outputs and `taps` taps; undefined where no points are known or transformed inputs leave int16.
 * Rows of G are made no longer than `longest` by their common factor.
 */
export function toomCook(outputs: number, taps: number, longest = LONGEST): ToomCook | undefined {
  const key = `${outputs},${taps},${longest}`
  if (!known.has(key)) known.set(key, build(outputs, taps, longest))
  return known.get(key)
}

function build(outputs: number, taps: number, longest: number): ToomCook | undefined {
  const inputs = outputs + taps - 1
  const points = POINTS[inputs]
  if (!points) return undefined
  const dual = transpose(inverse(points.flatMap(point => residues(point, inputs))))
  const B: Fraction[][] = []
  const G: number[][] = []
  const H: number[][] = []
  let at = 0
  for (const point of points) {
    const g = residues(point, taps)
    const h = residues(point, outputs)
    if (point === 'x² + 1') {
      const [r, s] = [dual[at], dual[at + 1]]
      B.push(combine(r, s, 1, -1), combine(r, s, -1, -1), s)
      G.push(
        g[0],
        g[1],
        g[0].map((v, j) => v + g[1][j]),
      )
      H.push(
        h[0],
        h[1],
        h[0].map((v, j) => v + h[1][j]),
      )
      at += 2
    } else {
      B.push(dual[at++])
      G.push(...g)
      H.push(...h)
    }
  }
  const scheme = scaled(B, G, H, longest)
  return scheme && { outputs, taps, ...scheme }
}

/** Makes rows of B whole numbers without a common divisor; what that takes goes into G as far as int16 allows, the rest into A. */
function scaled(B: Fraction[][], G: number[][], H: number[][], longest: number) {
  const rows = B.map(row => {
    const denominator = row.reduce((all, [, d]) => leastCommonMultiple(all, d), 1)
    const whole = row.map(([n, d]) => (n * denominator) / d)
    const sign = Math.sign(whole.findLast(v => v !== 0)!)
    const common = whole.reduce(greatestCommonDivisor, 0)
    // row = whole · common / denominator
    return { whole: whole.map(v => (sign * v) / common), sign, common, denominator }
  })
  if (rows.some(({ whole }) => 128 * length(whole) > LARGEST)) return undefined
  const divisor = rows.reduce((all, { denominator, common }) => {
    return leastCommonMultiple(all, denominator / greatestCommonDivisor(denominator, common))
  }, 1)
  const folded = rows.map(({ sign, common, denominator }, i) => {
    const factor = (divisor * common) / denominator
    const most = Math.floor(longest / length(G[i]))
    let inG = 1
    for (let f = 1; f <= Math.min(factor, most); f++) if (factor % f === 0) inG = f
    return { g: G[i].map(v => sign * inG * v), inA: factor / inG }
  })
  const A = H[0].map((_, t) => H.map((h, i) => h[t] * folded[i].inA))
  return { B: rows.map(r => r.whole), G: folded.map(f => f.g), A, divisor }
}

/** Sum of magnitudes: the most by which a row can multiply the largest input. */
function length(row: readonly number[]): number {
  return row.reduce((sum, v) => sum + Math.abs(v), 0)
}

/** The values that a polynomial of `count` coefficients has at a point: one row, or two for the residue by x² + 1. */
function residues(point: Point, count: number): number[][] {
  const row = (value: (j: number) => number) => Array.from({ length: count }, (_, j) => value(j))
  if (point !== 'x² + 1') return [row(j => point[1] ** (count - 1 - j) * point[0] ** j)]
  return [row(j => [1, 0, -1, 0][j % 4]), row(j => [0, 1, 0, -1][j % 4])]
}

/** Numerator and denominator > 0 without a common divisor; numbers here stay far below 2⁵³. */
type Fraction = readonly [number, number]

function fraction(n: number, d: number): Fraction {
  const common = greatestCommonDivisor(n, d) * Math.sign(d)
  return [n / common, d / common]
}

function combine(r: Fraction[], s: Fraction[], a: number, b: number): Fraction[] {
  return r.map(([n, d], j) => fraction(a * n * s[j][1] + b * s[j][0] * d, d * s[j][1]))
}

function inverse(matrix: readonly number[][]): Fraction[][] {
  const size = matrix.length
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))].map(v => fraction(v, 1)))
  for (let i = 0; i < size; i++) {
    const pivot = rows.findIndex((row, r) => r >= i && row[i][0] !== 0)
    ;[rows[i], rows[pivot]] = [rows[pivot], rows[i]]
    const [n, d] = rows[i][i]
    rows[i] = rows[i].map(v => fraction(v[0] * d, v[1] * n))
    for (let r = 0; r < size; r++) {
      const [a, b] = rows[r][i]
      if (r === i || a === 0) continue
      rows[r] = rows[r].map((v, j) => {
        const [p, q] = rows[i][j]
        return fraction(v[0] * b * q - a * p * v[1], v[1] * b * q)
      })
    }
  }
  return rows.map(row => row.slice(size))
}

function transpose<T>(matrix: readonly T[][]): T[][] {
  return matrix[0].map((_, j) => matrix.map(row => row[j]))
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b)
}

function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b
}
