// Fixed-point arithmetic of the TFLM reference kernels (double rounding), four channels at a time.
// Constants of a block of 16, 8 or 4 channels lie as src-ts/ops/parts/channel-blocks.ts packs them: bias, multiplier, half, power, each a row of int32.

/** Bytes of one channel's constants. */
export const BLOCK_CHANNEL_BYTES: usize = 16;

/**
 * Four accumulators, bias included, to int32 on the output's scale, without its zero point. `channels` is the address of their multipliers;
 * `pitch` the bytes from there to their halves, 2^(right − 1), and from those to their powers, 2^(32 − right).
 * For right shifts of 2 … 31, |accumulator| < 2³⁰ and |accumulator| + half < 2³¹, which the compiler proves:
 * (2xm + 2³¹) >> 32 is the doubling high product, and (h − (h < 0) + half) · power >> 32 rounds halves away from zero.
 */
// @ts-ignore: decorator
@inline
export function requantizeLanes(x: v128, channels: usize, pitch: usize): v128 {
  const half = i64x2.splat(0x80000000);
  const multiplier = v128.load(channels);
  const twice = i32x4.shl(x, 1);
  const low = i64x2.add(i64x2.extmul_low_i32x4_s(twice, multiplier), half);
  const high = i64x2.add(i64x2.extmul_high_i32x4_s(twice, multiplier), half);
  const h = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
  const nudged = i32x4.add(i32x4.add(h, i32x4.shr_s(h, 31)), v128.load(channels + pitch));
  const power = v128.load(channels + 2 * pitch);
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_s(nudged, power), i64x2.extmul_high_i32x4_s(nudged, power), 1, 3, 5, 7);
}

/** Sixteen of them to int8: adds the zero point and clamps. `zero` holds int16, `low` and `high` int8. */
// @ts-ignore: decorator
@inline
export function packLanes(a: v128, b: v128, c: v128, d: v128, zero: v128, low: v128, high: v128): v128 {
  const ab = i16x8.add_sat_s(i16x8.narrow_i32x4_s(a, b), zero), cd = i16x8.add_sat_s(i16x8.narrow_i32x4_s(c, d), zero);
  return i8x16.min_s(i8x16.max_s(i8x16.narrow_i16x8_s(ab, cd), low), high);
}

/** Stores the first `count` bytes of a vector, 0 … 15. */
export function storeFirst(at: usize, bytes: v128, count: i32): void {
  if (count & 8) {
    v128.store64_lane(at, bytes, 0);
    bytes = v128.shuffle<i64>(bytes, bytes, 1, 1);
    at += 8;
  }
  if (count & 4) {
    v128.store32_lane(at, bytes, 0);
    bytes = i64x2.shr_u(bytes, 32);
    at += 4;
  }
  if (count & 2) {
    v128.store16_lane(at, bytes, 0);
    bytes = i64x2.shr_u(bytes, 16);
    at += 2;
  }
  if (count & 1) v128.store8_lane(at, bytes, 0);
}
