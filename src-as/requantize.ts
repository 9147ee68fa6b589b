// Four channels at a time: bias, the TFLM double-rounding rescale, and the store. Twins of src-ts/ops/parts/channel-vectors.ts,
// which packs the constants and proves for every channel that nothing here leaves 32 bits.

/** Bytes of the constants of four channels: bias, multiplier and 2^(right − own right shift), four int32 each. */
export const VECTOR_BYTES: usize = 48;

/**
 * Returns RDBPOT(SRDHM(sum + bias, multiplier), own right shift) of four channels. `right` ≥ 1 is the largest right shift of the layer;
 * a channel that shifts by less is first raised by what it lacks. Halves go away from zero: a negative value is lowered by the
 * smallest step, which is less than what was raised.
 */
// @ts-ignore: decorator
@inline
export function requantize4(sum: v128, constants: usize, right: i32): v128 {
  const x = i32x4.add(sum, v128.load(constants));
  const multiplier = v128.load(constants, 16);
  const half = i64x2.splat(1 << 30);
  const low = i64x2.shl(i64x2.add(i64x2.extmul_low_i32x4_s(x, multiplier), half), 1);
  const high = i64x2.shl(i64x2.add(i64x2.extmul_high_i32x4_s(x, multiplier), half), 1);
  // The upper halves: (x · multiplier + 2^30) >> 31.
  const h = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
  const raised = i32x4.add(i32x4.mul(h, v128.load(constants, 32)), i32x4.shr_s(h, 31));
  return i32x4.shr_s(i32x4.add(raised, i32x4.splat(1 << (right - 1))), right);
}

/** Stores four scaled values as int8; `zero`, `low` and `high` are the output's zero point and limits. */
// @ts-ignore: decorator
@inline
export function store4(values: v128, at: usize, zero: v128, low: v128, high: v128): void {
  v128.store32_lane(at, narrowed(values, values, zero, low, high), 0);
}

/** Stores eight. */
// @ts-ignore: decorator
@inline
export function store8(first: v128, second: v128, at: usize, zero: v128, low: v128, high: v128): void {
  v128.store64_lane(at, narrowed(first, second, zero, low, high), 0);
}

/** Stores the first `count` (1 to 4) of four. */
export function storeSome(values: v128, at: usize, count: i32, zero: v128, low: v128, high: v128): void {
  const bytes = narrowed(values, values, zero, low, high);
  v128.store8_lane(at, bytes, 0);
  if (count > 1) v128.store8_lane(at, bytes, 1, 1);
  if (count > 2) v128.store8_lane(at, bytes, 2, 2);
  if (count > 3) v128.store8_lane(at, bytes, 3, 3);
}

// @ts-ignore: decorator
@inline
function narrowed(first: v128, second: v128, zero: v128, low: v128, high: v128): v128 {
  // Saturating: what leaves 16 bits is beyond every limit of 8.
  const words = i16x8.add_sat_s(i16x8.narrow_i32x4_s(first, second), zero);
  return i8x16.min_s(i8x16.max_s(i8x16.narrow_i16x8_s(words, words), low), high);
}
