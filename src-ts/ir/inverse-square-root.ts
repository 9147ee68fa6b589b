import {
  doublingHighMultiply,
  INT32_MAX,
  type Multiplier,
  roundingDivideByPowerOfTwo,
  saturatingShiftLeft,
} from './fixed-point.ts'

/**
 * Returns 1 / √value as a multiplier, for a whole number from 0 up; 0 counts as 1. Five Newton-Raphson steps from 1 in Q3.28
 * (TFLite GetInvSqrtQuantizedMultiplierExp).
 */
export function inverseSquareRoot(value: number): Multiplier {
  if (value <= 1) return { multiplier: INT32_MAX, shift: 0 }
  let input = value
  let right = 11
  while (input >= 1 << 29) {
    input = Math.trunc(input / 4)
    right++
  }
  const pairs = Math.floor((Math.clz32(input) - 1) / 2) - 1
  right -= pairs
  input <<= 2 * pairs
  const half = roundingDivideByPowerOfTwo(input >> 1, 1)
  const threeHalves = (1 << 28) + (1 << 27)
  let x = 1 << 28
  for (let step = 0; step < 5; step++) {
    const cube = saturatingShiftLeft(doublingHighMultiply(doublingHighMultiply(x, x), x), 6)
    const difference = (doublingHighMultiply(threeHalves, x) - doublingHighMultiply(half, cube)) | 0
    x = saturatingShiftLeft(difference, 3)
  }
  // √2 / 2 as Q0.31.
  x = doublingHighMultiply(x, 1518500250)
  return right < 0 ? { multiplier: x << -right, shift: 0 } : { multiplier: x, shift: -right || 0 }
}
