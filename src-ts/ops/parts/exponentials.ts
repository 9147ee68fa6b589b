import { HolterError } from '../../errors.ts'
import { doublingHighMultiply, type Multiplier, quantizeMultiplier } from '../../ir/fixed-point.ts'
import { expOnNegative } from '../../ir/logistic.ts'

/** Differences have 5 integer bits, sums of exponentials 12 (TFLM softmax.h, log_softmax.h): more classes than this could overflow the sum. */
const DIFFERENCE_BITS = 5
export const SUM_BITS = 12
const MOST_CLASSES = 2 ** SUM_BITS - 1

/** What SOFTMAX and LOG_SOFTMAX know of a difference d to the row's maximum; the entry of a table is d + 255 for d = −255 … 0. */
export interface Differences {
  /** Of the integers, to Q5.26. */
  readonly factor: Multiplier
  /** The least difference that counts. */
  readonly lowest: number
  /** Differences as Q5.26. Below the lowest they are not defined. */
  readonly scaled: Int32Array
  /** exp as Q0.31, 0 below the lowest. */
  readonly exponentials: Int32Array
}

/** Tables of the differences of int8 of a scale, times beta. */
export function differencesOf(scale: number, beta: number): Differences {
  const factor = quantizeMultiplier(Math.min(beta * scale * 2 ** (31 - DIFFERENCE_BITS), 2 ** 31 - 1))
  const { multiplier, shift } = factor
  const lowest = -Math.floor(((2 ** DIFFERENCE_BITS - 1) * 2 ** (31 - DIFFERENCE_BITS)) / 2 ** shift)
  const table = (f: (difference: number) => number) => Int32Array.from({ length: 256 }, (_, i) => f(i - 255))
  const scaled = (difference: number) => doublingHighMultiply(Math.imul(difference, 2 ** shift), multiplier)
  const exponential = (difference: number) => expOnNegative(scaled(difference), DIFFERENCE_BITS)
  return {
    factor,
    lowest,
    scaled: table(scaled),
    exponentials: table(difference => (difference < lowest ? 0 : exponential(difference))),
  }
}

/** Throws where the sum of a row's exponentials could overflow. */
export function requireClasses(where: string, classes: number): void {
  if (classes <= MOST_CLASSES) return
  const problem = "more classes than TFLM's SOFTMAX can add up"
  throw new HolterError({ stage: 'ops', where, problem, got: classes, expected: `at most ${MOST_CLASSES}` })
}
