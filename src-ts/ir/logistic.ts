import {
  INT32_MAX,
  doublingHighMultiply as mul,
  roundingDivideByPowerOfTwo,
  saturatingShiftLeft,
} from './fixed-point.ts'

/**
 * exp of a number ≤ 0 in Q_I.(31 − I); the result is Q0.31. gemmlowp exp_on_negative_values:
 * a degree-4 polynomial on [−1/4, 0), times exp(−2^e) for each remaining bit.
 */
export function expOnNegative(a: number, integerBits: number): number {
  if (a === 0) return INT32_MAX
  const fractionBits = 31 - integerBits
  const quarter = 1 << (fractionBits - 2)
  const aModQuarter = (a & (quarter - 1)) - quarter
  const x = (saturatingShiftLeft(aModQuarter, integerBits) + (1 << 28)) | 0
  let result = expOnInterval(x)
  const remainder = (aModQuarter - a) | 0
  for (const [exponent, factor] of EXP_FACTORS) {
    if (integerBits > exponent && remainder & (1 << (fractionBits + exponent))) result = mul(result, factor)
  }
  return result
}

/** exp(−2^e) as Q0.31 for e = −2 … 4 (gemmlowp fixedpoint.h). */
const EXP_FACTORS: readonly (readonly [number, number])[] = [
  [-2, 1672461947],
  [-1, 1302514674],
  [0, 790015084],
  [1, 290630308],
  [2, 39332535],
  [3, 720401],
  [4, 242],
]

/** exp(x − 1/8) for x in [−1/8, 1/8) as Q0.31, by its Taylor polynomial around −1/8. */
function expOnInterval(x: number): number {
  const constant = 1895147668
  const oneThird = 715827883
  const x2 = mul(x, x)
  const x3 = mul(x2, x)
  const x4 = mul(x2, x2)
  const inner = (mul((roundingDivideByPowerOfTwo(x4, 2) + x3) | 0, oneThird) + x2) | 0
  return (constant + mul(constant, (x + roundingDivideByPowerOfTwo(inner, 1)) | 0)) | 0
}

/** 1 / (1 + x) for x in [0, 1] as Q0.31, three Newton-Raphson steps (gemmlowp one_over_one_plus_x_for_x_in_0_1). */
export function oneOverOnePlusX(x: number): number {
  return saturatingShiftLeft(halfDenominatorReciprocal(x), 1)
}

/** (1 − x) / (1 + x) for x in [0, 1] as Q0.31 (gemmlowp one_minus_x_over_one_plus_x_for_x_in_0_1). */
export function oneMinusXOverOnePlusX(x: number): number {
  return saturatingShiftLeft((halfDenominatorReciprocal(x) - (1 << 29)) | 0, 2)
}

/** 2 / (1 + x) in Q2.29. */
function halfDenominatorReciprocal(x: number): number {
  // RoundingHalfSum(x, 1): the sum is positive, so halves round up.
  const halfDenominator = Math.floor((x + INT32_MAX + 1) / 2)
  let reciprocal = (1515870810 + mul(halfDenominator, -1010580540)) | 0
  for (let step = 0; step < 3; step++) {
    const error = ((1 << 29) - mul(halfDenominator, reciprocal)) | 0
    reciprocal = (reciprocal + saturatingShiftLeft(mul(reciprocal, error), 2)) | 0
  }
  return reciprocal
}

/** Logistic function of a Q4.27 number as Q0.31 (gemmlowp logistic). */
export function logisticQ4(y: number): number {
  if (y === 0) return 1 << 30
  const positive = oneOverOnePlusX(expOnNegative(y > 0 ? -y : y, 4))
  return y > 0 ? positive : INT32_MAX - positive
}

/** Hyperbolic tangent of a Q4.27 number as Q0.31 (gemmlowp tanh): the same bits as Q5.26 are 2y. */
export function tanhQ4(y: number): number {
  if (y === 0) return 0
  const positive = oneMinusXOverOnePlusX(expOnNegative(y > 0 ? -y : y, 5))
  return y > 0 ? positive : -positive
}

/** √½, ⁴√½ and ln 2 as Q0.31. */
const SQRT_HALF = 1518500250
const FOURTH_ROOT_HALF = 1805811301
const LN_2 = 1488522236

/**
 * Natural logarithm of a Q12.19 number ≥ 1 as Q5.26 (TFLite log_x_for_x_greater_than_or_equal_to_1): x = r · 2^e with r around ⁴√½,
 * and a quotient of polynomials in r. Twin of logarithm in src-as/log-softmax.ts.
 */
export function logarithm(x: number): number {
  // Two ways of taking r and e, 6 integer bits of e; the smaller r and the larger e are right.
  const headroom = Math.clz32(x)
  const r1 = saturatingShiftLeft(mul(saturatingShiftLeft(x, headroom - 1), SQRT_HALF), 1)
  const headroom2 = Math.clz32(mul(x, SQRT_HALF)) - 1
  const r = Math.min(r1, saturatingShiftLeft(x, headroom2))
  const e = Math.max((12 - headroom) * 2 ** 25 + 2 ** 23, (12 - headroom2) * 2 ** 25 - 2 ** 23)
  const q = 2 * (r - FOURTH_ROOT_HALF)
  const q2 = mul(q, q)
  const numerator = mul(q, r) + mul(mul(q, q2), 117049297)
  const half = Math.floor((r + FOURTH_ROOT_HALF + 1) / 2)
  const denominator = mul(half, 1057819769 + q + mul(127690142, q2)) + mul(638450708, q)
  const quotient = mul(roundingDivideByPowerOfTwo(numerator, 6), oneOverOnePlusX(denominator))
  return saturatingShiftLeft(mul(e, LN_2) + quotient, 1)
}
