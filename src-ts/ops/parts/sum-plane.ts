import { roundHalfAway } from '../../ir/fixed-point.ts'
import { type ScaledSumPrepared, sumOfTerms, termOf } from './scaled-sum.ts'

/** A function of two int8 as (s + offset + (s >> 31)) >> shift, clamped, where s = x · factorA + y · factorB + origin. */
export interface BytePlane {
  readonly factorA: number
  readonly factorB: number
  readonly origin: number
  readonly offset: number
  readonly shift: number
}

/** Bits behind the point: the more, the nearer is a plane to what it stands for. */
const MOST_SHIFT = 24
const LEAST_SHIFT = 12
const INT32 = 2 ** 31

/**
 * Returns a plane that gives all 65,536 values of an ADD or SUB of int8, or undefined. TFLM rounds both terms at 2^−20 of a step and the sum once more,
 * halves away from zero: which side of a byte's end a sum lies on is mostly the same after one rounding, and here it is looked at for every pair.
 */
export function sumPlane(p: ScaledSumPrepared): BytePlane | undefined {
  const unit = 2 ** p.leftShift * realOf(p.outputFactor)
  const factors = [unit * realOf(p.factors[0]), p.sign * unit * realOf(p.factors[1])]
  const reach = 256 * (Math.abs(factors[0]) + Math.abs(factors[1]) + 1)
  const shift = Math.min(MOST_SHIFT, Math.floor(Math.log2(INT32 / reach)))
  if (shift < LEAST_SHIFT) return undefined
  const [factorA, factorB] = factors.map(factor => roundHalfAway(factor * 2 ** shift))
  const origin = -p.zeroPoints[0] * factorA - p.zeroPoints[1] * factorB
  const offset = offsetOf(p, (x, y) => x * factorA + y * factorB + origin, 2 ** shift)
  return offset === undefined ? undefined : { factorA, factorB, origin, offset, shift }
}

function realOf({ multiplier, shift }: { multiplier: number; shift: number }): number {
  return multiplier * 2 ** (shift - 31)
}

/** An offset with which every pair has the byte of the reference; undefined where there is none. */
function offsetOf(p: ScaledSumPrepared, sumOf: (x: number, y: number) => number, unit: number): number | undefined {
  const bytes = Array.from({ length: 256 }, (_, i) => i - 128)
  const [termsA, termsB] = ([0, 1] as const).map(i => bytes.map(byte => termOf(p, i, byte)))
  // Further away, sums might leave int32.
  let least = -unit
  let most = 2 * unit
  for (const y of bytes) {
    for (const x of bytes) {
      const value = sumOfTerms(p, termsA[x + 128], termsB[y + 128])
      const s = sumOf(x, y)
      const from = (value - p.outputZero) * unit - s + (s < 0 ? 1 : 0)
      if (value > p.min) least = Math.max(least, from)
      if (value < p.max) most = Math.min(most, from + unit - 1)
    }
  }
  // Rounding to nearest where it is among what all allow.
  return least > most ? undefined : Math.min(Math.max(unit / 2, least), most) + p.outputZero * unit
}
