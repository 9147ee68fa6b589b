import { type Channels, rescaleBy } from './channels.ts'
import type { SumRange } from './lane-scaling.ts'

/** Added to a result in float32, it rounds that to a whole number, halves to even: the lower bits of the sum count from there. */
const MAGIC = 1.5 * 2 ** 23
/** Results stay below this, so that the exponent of that sum does not change. */
const LARGEST = 2 ** 21
/** Integers below this fit int32. */
const INT32 = 2 ** 31
/** Centres, and factors for each, that are tried: the nearest ones first, those beside them in steps of one, and of float32's resolution. */
const TRIED = { centres: 64, factors: 9 }

/** What a sum becomes. */
type Output = Pick<Channels, 'multiplier' | 'shift' | 'wide'> & Readonly<Record<'outputZero' | 'min' | 'max', number>>

/** By what `scaleByFloat` (src-as/requantize-lanes.ts) brings the sums of a layer to bytes; a value for each channel. */
export interface FloatScaling {
  /** Taken from the bias, so that bytes around 0 come of sums around 0, where float32 is finest. */
  readonly centre: Int32Array
  readonly factor: Float32Array
  readonly offset: Float32Array
}

type Line = Readonly<Record<'centre' | 'factor' | 'offset', number>>

/** A byte, and the first sum that gives it: the least sum where it begins earlier, beyond the largest where none does. */
interface Border {
  readonly byte: number
  readonly first: number
}

/**
 * Returns numbers for each channel such that (x − centre) · factor + offset, each step in float32, rounded to a whole number and clamped, is the
 * reference's byte for every sum x; undefined where a channel has none.
 *
 * Both sides grow with x (each rounding does), hence they are equal everywhere if they reach each byte at the same x: that is looked at for every
 * channel and byte. TFLM rounds halves away from zero twice, which is one offset above zero and another below: where bytes below the zero point
 * come out, as without a ReLU, there seldom is such an offset. The more products a sum has, the less one more moves the byte, and the likelier
 * float32 puts some border on its wrong side: numbers nearby round otherwise, and are tried.
 */
export function floatScaling(p: Output, sums: readonly SumRange[]): FloatScaling | undefined {
  const lines: Line[] = []
  for (const [o, range] of sums.entries()) {
    const line = lineOf(p, o, range)
    if (!line) return undefined
    lines.push(line)
  }
  return {
    centre: Int32Array.from(lines, ({ centre }) => centre),
    factor: Float32Array.from(lines, ({ factor }) => factor),
    offset: Float32Array.from(lines, ({ offset }) => offset),
  }
}

function lineOf(p: Output, o: number, range: SumRange): Line | undefined {
  const real = p.multiplier[o] * 2 ** (p.shift[o] - 31)
  if (p.wide || real === 0) return undefined
  // Above zero both roundings are one: halves up after adding so much, output's zero point included.
  const added = p.outputZero + 2 ** (p.shift[o] - 1)
  const borders = bordersOf(p, o, range, real, added)
  const resolution = 2 ** (Math.floor(Math.log2(real)) - 23)
  for (let i = 0; i < TRIED.centres; i++) {
    const centre = beside(-Math.round(added / real), i, 1)
    const farthest = Math.max(range.high - centre, centre - range.low)
    if (farthest >= INT32 || farthest * real >= LARGEST) return undefined
    for (let j = 0; j < TRIED.factors; j++) {
      const factor = Math.fround(beside(real, j, resolution))
      const offset = offsetOf(borders, range, centre, factor)
      if (offset !== undefined) return { centre, factor, offset }
    }
  }
  return undefined
}

/** The i-th number of x, x + step, x − step, x + 2 · step, … */
function beside(x: number, i: number, step: number): number {
  return x + step * (i & 1 ? (i + 1) >> 1 : -(i >> 1))
}

/** Where each byte above the least begins. */
function bordersOf(p: Output, o: number, { low, high }: SumRange, real: number, added: number): Border[] {
  const byteOf = (x: number) => rescaleBy(p.multiplier[o], p.shift[o], p.wide, x) + p.outputZero
  return Array.from({ length: p.max - p.min }, (_, i) => {
    const byte = p.min + 1 + i
    let first = Math.min(Math.max(Math.ceil((byte - 0.5 - added) / real), low), high + 1)
    while (first > low && byteOf(first - 1) >= byte) first--
    while (first <= high && byteOf(first) < byte) first++
    return { byte, first }
  })
}

/** The offset in the middle of those that suit a factor, if it does so in float32, too. */
function offsetOf(borders: readonly Border[], { low, high }: SumRange, centre: number, factor: number) {
  const product = (x: number) => Math.fround(Math.fround(x - centre) * factor)
  let [least, most] = [-LARGEST, LARGEST]
  for (const { byte, first } of borders) {
    if (first <= high) least = Math.max(least, byte - 0.5 - product(first))
    if (first > low) most = Math.min(most, byte - 0.5 - product(first - 1))
    if (least > most) return undefined
  }
  const offset = Math.fround((least + most) / 2)
  const byteOf = (x: number) => Math.fround(Math.fround(product(x) + offset) + MAGIC) - MAGIC
  const suits = borders.every(
    ({ byte, first }) => (first > high || byteOf(first) >= byte) && (first <= low || byteOf(first - 1) < byte),
  )
  return suits ? offset : undefined
}
