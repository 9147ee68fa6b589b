import { type Channels, rescaleBy } from './channels.ts'
import type { LaneScaling, SumRange } from './lane-scaling.ts'

/** Added to a result, it leaves 32 bits for the fraction: the upper half of the double counts whole numbers. */
const MAGIC = 1.5 * 2 ** 20
/** Results stay below this, so that the exponent does not change. */
const LARGEST = 2 ** 19

/** What a sum becomes. */
type Output = Pick<Channels, 'multiplier' | 'shift' | 'wide'> & Readonly<Record<'outputZero' | 'min' | 'max', number>>

/**
 * Returns rows of a factor and an offset for each channel, each a double in two int32, such that ⌊x · factor + offset⌋ − 1.5 · 2²⁰, clamped, is the
 * reference's byte for every sum x; undefined where a channel has none.
 *
 * Both sides grow with x (so do a product and a sum of doubles, rounded), hence they are equal everywhere if they reach each byte at the same x: that is
 * looked at for every channel and byte. TFLM rounds halves away from zero twice, which is one offset above zero and another below: where bytes below the
 * zero point come out, as without a ReLU, there seldom is such an offset.
 */
export function doubleScaling(p: Output, sums: readonly SumRange[]): Pick<LaneScaling, 'rows'> | undefined {
  const pairs: [number, number][] = []
  for (const [o, range] of sums.entries()) {
    const line = lineOf(p, o)
    if (!reachesSameBytes(p, o, range, line)) return undefined
    pairs.push(line)
  }
  const words = pairs.map(pair => new Int32Array(Float64Array.from(pair).buffer))
  return { rows: [0, 1, 2, 3].map(row => Int32Array.from(words, word => word[row])) }
}

/** Factor and offset that hold above zero. */
function lineOf({ multiplier, shift, outputZero }: Output, o: number): [number, number] {
  return [multiplier[o] * 2 ** (shift[o] - 31), MAGIC + outputZero + 0.5 + 2 ** (shift[o] - 1)]
}

function reachesSameBytes(p: Output, o: number, { low, high }: SumRange, [factor, offset]: [number, number]): boolean {
  const byteOf = (x: number) => rescaleBy(p.multiplier[o], p.shift[o], p.wide, x) + p.outputZero
  const guess = (x: number) => Math.floor(x * factor + offset) - MAGIC
  if (factor === 0 || guess(low) <= -LARGEST || guess(high) >= LARGEST) return false
  for (let byte = p.min + 1; byte <= p.max; byte++) {
    let first = Math.min(Math.max(Math.ceil((byte + MAGIC - offset) / factor), low), high + 1)
    while (first > low && byteOf(first - 1) >= byte) first--
    while (first <= high && byteOf(first) < byte) first++
    if (first > low && guess(first - 1) >= byte) return false
    if (first <= high && guess(first) < byte) return false
  }
  return true
}
