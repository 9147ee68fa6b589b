/**
 * Fixed-point arithmetic of the TFLM reference kernels in their default build (double rounding).
 * Sources: gemmlowp fixedpoint.h and TFLM kernel_util / common.h; each function has a twin in src-as/fixed-point.ts.
 */

export const INT32_MAX = 0x7fffffff
export const INT32_MIN = -0x80000000

/** A real factor as multiplier · 2^(shift − 31), multiplier in [2³⁰, 2³¹) or 0. Positive shift is a left shift. */
export interface Multiplier {
  readonly multiplier: number
  readonly shift: number
}

/**
 * Returns the fixed-point form of a real factor ≥ 0 (TFLite QuantizeMultiplier).
 * Factors below 2⁻³² become 0, as they do there: real models contain such channels.
 */
export function quantizeMultiplier(factor: number): Multiplier {
  if (factor === 0) return { multiplier: 0, shift: 0 }
  let { fraction, exponent } = frexp(factor)
  let multiplier = roundHalfAway(fraction * 2 ** 31)
  if (multiplier === 2 ** 31) {
    multiplier /= 2
    exponent++
  }
  if (exponent < -31) return { multiplier: 0, shift: 0 }
  // TFLite saturates a left shift beyond 30 to the largest factor that 32 bits can hold.
  if (exponent > 30) return { multiplier: INT32_MAX, shift: 30 }
  return { multiplier, shift: exponent }
}

/** Splits a positive number as fraction · 2^exponent with fraction in [0.5, 1), like C's frexp. Exact. */
export function frexp(value: number): { fraction: number; exponent: number } {
  if (value === 0 || !Number.isFinite(value)) return { fraction: value, exponent: 0 }
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(value))) + 1)
  let fraction = value * 2 ** -exponent
  // log2 rounds near powers of two; at most one step repairs it.
  while (Math.abs(fraction) < 0.5) {
    fraction *= 2
    exponent--
  }
  while (Math.abs(fraction) >= 1) {
    fraction /= 2
    exponent++
  }
  return { fraction, exponent }
}

/** Rounds to the nearest integer, halves away from zero (C's round, TFLite's TfLiteRound). */
export function roundHalfAway(value: number): number {
  const whole = Math.trunc(value)
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole
}

/** Returns (a · b + 2³⁰) >> 31, arithmetic: gemmlowp SaturatingRoundingDoublingHighMul. INT32_MIN² saturates. */
export function doublingHighMultiply(a: number, b: number): number {
  if (a === INT32_MIN && b === INT32_MIN) return INT32_MAX
  // a = high · 2¹⁶ + low, so every partial product is below 2⁴⁸ and exact in a double.
  const high = a >> 16
  const low = a & 0xffff
  return Math.floor((high * b + Math.floor((low * b + 0x40000000) / 0x10000)) / 0x8000) | 0
}

/** Returns x / 2^exponent, rounded to nearest, halves away from zero: gemmlowp RoundingDivideByPOT. Exponent 0 … 31. */
export function roundingDivideByPowerOfTwo(x: number, exponent: number): number {
  const mask = exponent === 31 ? INT32_MAX : (1 << exponent) - 1
  const remainder = x & mask
  const threshold = (mask >> 1) + (x < 0 ? 1 : 0)
  return ((x >> exponent) + (remainder > threshold ? 1 : 0)) | 0
}

/** Returns x · multiplier · 2^(shift − 31), rounded twice: TFLM MultiplyByQuantizedMultiplier. The left shift wraps at 32 bits. */
export function requantize(x: number, multiplier: number, shift: number): number {
  const left = shift > 0 ? shift : 0
  const right = shift > 0 ? 0 : -shift
  return roundingDivideByPowerOfTwo(doublingHighMultiply(Math.imul(x, 1 << left), multiplier), right)
}

/** Returns the 16-bit factor by which TFLM multiplies 64-bit sums: the upper half of a multiplier, rounded, at most 32767. */
export function reduceMultiplier(multiplier: number): number {
  return multiplier < 0x7fff0000 ? (multiplier + (1 << 15)) >> 16 : 0x7fff
}

/**
 * Returns x · reduced · 2^(shift − 15), rounded once, halves up, wrapped at 32 bits: TFLM MultiplyByQuantizedMultiplier of an int64_t.
 * |x| below 2⁴⁷, shift −31 … 14.
 */
export function requantizeWide(x: number, reduced: number, shift: number): number {
  const half = 2 ** (14 - shift)
  const product = x * reduced
  if (Math.abs(product) + half < 2 ** 53) return Math.floor((product + half) / (2 * half)) | 0
  return Number(BigInt.asIntN(32, (BigInt(x) * BigInt(reduced) + BigInt(half)) >> BigInt(15 - shift)))
}

/** Returns x · 2^exponent, saturated to 32 bits: gemmlowp SaturatingRoundingMultiplyByPOT for exponents ≥ 0. */
export function saturatingShiftLeft(x: number, exponent: number): number {
  const wide = x * 2 ** exponent
  return wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : wide
}

export function clamp(value: number, min: number, max: number): number {
  return value < min ? min : value > max ? max : value
}
