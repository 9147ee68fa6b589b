// Fixed-point arithmetic of the TFLM reference kernels (double rounding). Twins of src-ts/ir/fixed-point.ts.

/** x · multiplier · 2^(shift − 31), rounded twice. Valid while |result before the right shift| < 2^31 − 2^(right − 1). */
// @ts-ignore: decorator
@inline
export function requantize(x: i32, multiplier: i32, shift: i32): i32 {
  const left = max(shift, 0);
  const right = left - shift;
  const h = <i32>((<i64>(x << left) * <i64>multiplier + 0x40000000) >> 31);
  return roundingDivideByPowerOfTwo(h, right);
}

/** x · reduced · 2^(shift − 15), rounded once, halves up, wrapped at 32 bits: TFLM's rescale of 64-bit sums. */
// @ts-ignore: decorator
@inline
export function requantizeWide(x: i64, reduced: i32, shift: i32): i32 {
  return <i32>((x * <i64>reduced + (<i64>1 << (14 - shift))) >> (15 - shift));
}

/** x / 2^exponent, halves away from zero; exponent 0 … 31. */
// @ts-ignore: decorator
@inline
export function roundingDivideByPowerOfTwo(x: i32, exponent: i32): i32 {
  const mask = <i32>((<i64>1 << exponent) - 1);
  const threshold = (mask >> 1) + <i32>(x < 0);
  return (x >> exponent) + <i32>((x & mask) > threshold);
}

// @ts-ignore: decorator
@inline
export function clamp(x: i32, low: i32, high: i32): i32 {
  return min(max(x, low), high);
}

/** One entry of the per-channel constants that codegen packs: bias, multiplier, shift. */
export const CHANNEL_BYTES: usize = 12;

/** Turns an accumulator without its bias into an int8 output value and stores it. */
// @ts-ignore: decorator
@inline
export function storeChannel(sum: i32, channel: usize, at: usize, outputZero: i32, low: i32, high: i32): void {
  const scaled = requantize(sum + load<i32>(channel), load<i32>(channel, 4), load<i32>(channel, 8));
  store<i8>(at, clamp(scaled + outputZero, low, high));
}

/** One entry of them for int16 activations: bias as i64, multiplier, shift. */
export const WIDE_CHANNEL_BYTES: usize = 16;

/** Turns an accumulator without its bias into an int16 output value and stores it; `A` is i64 or i32. */
// @ts-ignore: decorator
@inline
export function storeWideChannel<A>(sum: A, channel: usize, at: usize, low: i32, high: i32): void {
  const whole = sum + <A>load<i64>(channel);
  const multiplier = load<i32>(channel, 8), shift = load<i32>(channel, 12);
  const scaled = sizeof<A>() == 8
    ? requantizeWide(<i64>whole, multiplier, shift)
    : requantize(<i32>whole, multiplier, shift);
  store<i16>(at, clamp(scaled, low, high));
}
