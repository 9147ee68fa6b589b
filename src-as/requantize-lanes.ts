// Fixed-point arithmetic of the TFLM reference kernels (double rounding), four channels at a time.
// Constants of a block of 16, 8 or 4 channels are rows of 32 bits: bias, multiplier, power, sign, offset, as channel-constants.ts makes them.
// Of a layer whose sums are scaled in float32 they are bias, factor, offset. The type argument `Scale` of kernels is f32 then, else i32.

/** Bytes of one channel's constants of whole numbers. */
export const BLOCK_CHANNEL_BYTES: usize = 20;

/** Bytes of one channel's constants. */
// @ts-ignore: decorator
@inline
export function channelBytes<Scale>(): usize {
  return isFloat<Scale>() && sizeof<Scale>() == 4 ? 12 : BLOCK_CHANNEL_BYTES;
}

/** Four sums, bias included, to whole numbers on the output's scale; the rows behind the biases begin at `channels`, `pitch` bytes apart. */
// @ts-ignore: decorator
@inline
export function scaleLanes<Scale>(x: v128, channels: usize, pitch: usize, shift: i32): v128 {
  if (isFloat<Scale>()) return scaleByFloat(x, v128.load(channels), v128.load(channels + pitch));
  return requantizeLanes(x, channels, pitch, shift);
}

/** Sixteen sums to bytes; `mA` … `mD` are where the rows of each four begin. */
// @ts-ignore: decorator
@inline
export function bytesOf<Scale>(
  a: v128, b: v128, c: v128, d: v128, mA: usize, mB: usize, mC: usize, mD: usize, pitch: usize, shift: i32, low: v128, high: v128
): v128 {
  return packLanes(
    scaleLanes<Scale>(a, mA, pitch, shift), scaleLanes<Scale>(b, mB, pitch, shift),
    scaleLanes<Scale>(c, mC, pitch, shift), scaleLanes<Scale>(d, mD, pitch, shift),
    low, high
  );
}

/** Four sums of one channel, or of one channel a lane, to whole numbers in float32; src-ts/ops/parts/float-scaling.ts proves it. */
// @ts-ignore: decorator
@inline
export function scaleByFloat(x: v128, factor: v128, offset: v128): v128 {
  const scaled = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(x), factor), offset);
  // 1.5 · 2²³ rounds to whole numbers, which the lower bits count.
  return i32x4.sub(f32x4.add(scaled, f32x4.splat(12582912.0)), i32x4.splat(0x4b400000));
}

/**
 * Four sums, bias included, to int32 on the output's scale, with its zero point. `channels` is the address of their multipliers, `pitch` the bytes
 * from there to their powers, from those to their signs and from those to their offsets.
 */
// @ts-ignore: decorator
@inline
export function requantizeLanes(x: v128, channels: usize, pitch: usize, shift: i32): v128 {
  return requantizeBy(
    x, v128.load(channels), v128.load(channels + pitch), v128.load(channels + 2 * pitch), v128.load(channels + 3 * pitch), shift
  );
}

/** The same by constants that are loaded. Exact by the proof of src-ts/ops/parts/lane-scaling.ts. */
// @ts-ignore: decorator
@inline
export function requantizeBy(x: v128, multiplier: v128, power: v128, sign: v128, offset: v128, shift: i32): v128 {
  return requantizeScaled(i32x4.mul(x, power), multiplier, sign, offset, shift);
}

/** The same of sums that are multiplied by their power already, which keeps their signs. */
// @ts-ignore: decorator
@inline
export function requantizeScaled(scaled: v128, multiplier: v128, sign: v128, offset: v128, shift: i32): v128 {
  const low = i64x2.extmul_low_i32x4_s(scaled, multiplier), high = i64x2.extmul_high_i32x4_s(scaled, multiplier);
  const below = v128.and(i32x4.shr_s(scaled, 31), sign);
  return i32x4.shr_s(i32x4.add(v128.shuffle<i32>(low, high, 1, 3, 5, 7), i32x4.sub(offset, below)), shift);
}

/** The same of one channel by doubles; src-ts/ops/parts/double-scaling.ts proves it, channel by channel. */
// @ts-ignore: decorator
@inline
export function scaleByDouble(x: v128, factor: v128, offset: v128): v128 {
  const low = f64x2.convert_low_i32x4_s(x), high = f64x2.convert_low_i32x4_s(v128.shuffle<i64>(x, x, 1, 1));
  const a = f64x2.add(f64x2.mul(low, factor), offset), b = f64x2.add(f64x2.mul(high, factor), offset);
  // The upper half of 1.5 · 2²⁰ and a fraction: whole numbers are counted there.
  return i32x4.sub(v128.shuffle<i32>(a, b, 1, 3, 5, 7), i32x4.splat(0x41380000));
}

/** Sixteen of them to int8, clamped. `low` and `high` hold int8. */
// @ts-ignore: decorator
@inline
export function packLanes(a: v128, b: v128, c: v128, d: v128, low: v128, high: v128): v128 {
  const bytes = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
  return i8x16.min_s(i8x16.max_s(bytes, low), high);
}

/** Stores the first `used` of eight bytes each of four windows, two windows a vector. */
export function storeFour8(ab: v128, cd: v128, a: usize, b: usize, c: usize, d: usize, used: i32): void {
  if (used == 8) {
    v128.store64_lane(a, ab, 0);
    v128.store64_lane(b, ab, 1);
    v128.store64_lane(c, cd, 0);
    v128.store64_lane(d, cd, 1);
  } else {
    storeFirst(a, ab, used);
    storeFirst(b, v128.shuffle<i64>(ab, ab, 1, 1), used);
    storeFirst(c, cd, used);
    storeFirst(d, v128.shuffle<i64>(cd, cd, 1, 1), used);
  }
}

/** Stores the first `used` of four bytes each of four windows. */
export function storeFour4(abcd: v128, a: usize, b: usize, c: usize, d: usize, used: i32): void {
  if (used == 4) {
    v128.store32_lane(a, abcd, 0);
    v128.store32_lane(b, abcd, 1);
    v128.store32_lane(c, abcd, 2);
    v128.store32_lane(d, abcd, 3);
  } else {
    storeFirst(a, abcd, used);
    storeFirst(b, v128.shuffle<i32>(abcd, abcd, 1, 1, 1, 1), used);
    storeFirst(c, v128.shuffle<i32>(abcd, abcd, 2, 2, 2, 2), used);
    storeFirst(d, v128.shuffle<i32>(abcd, abcd, 3, 3, 3, 3), used);
  }
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

/**
 * Four values by one factor, x · multiplier · 2^(shift − 31), rounded twice. Exact while |x · 2^left| < 2³⁰, left being max(shift, 0).
 * `multiplier` is in all lanes.
 */
// @ts-ignore: decorator
@inline
export function requantizeAlike(x: v128, multiplier: v128, shift: i32): v128 {
  const rounding = i64x2.splat(0x80000000);
  const left = max(shift, 0), right = left - shift;
  const twice = i32x4.shl(x, left + 1);
  const low = i64x2.add(i64x2.extmul_low_i32x4_s(twice, multiplier), rounding);
  const high = i64x2.add(i64x2.extmul_high_i32x4_s(twice, multiplier), rounding);
  const h = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
  // Halves go away from zero; where nothing is shifted there are none. |h| < 2^30, so that nothing wraps.
  const negative = v128.and(i32x4.shr_s(h, 31), i32x4.splat(right ? -1 : 0));
  const half = i32x4.splat(<i32>((<i64>1 << right) >> 1));
  return i32x4.shr_s(i32x4.add(i32x4.add(h, negative), half), right);
}

/** Eight of them as int8, with the zero point and the clamp, in the lower half. */
// @ts-ignore: decorator
@inline
export function packEight(a: v128, b: v128, zero: v128, low: v128, high: v128): v128 {
  const ab = i16x8.add_sat_s(i16x8.narrow_i32x4_s(a, b), zero);
  return i8x16.min_s(i8x16.max_s(i8x16.narrow_i16x8_s(ab, ab), low), high);
}

/** Eight int8 as int16, or one in all lanes where `step` is 0; reads up to 7 bytes past the last. */
// @ts-ignore: decorator
@inline
export function loadEight(at: usize, step: usize): v128 {
  return step ? v128.load_ext<i8>(at) : i16x8.splat(<i16>load<i8>(at));
}

/** Stores eight bytes, or the first `count` where less are left. */
// @ts-ignore: decorator
@inline
export function storeEight(at: usize, bytes: v128, count: i32): void {
  if (count >= 8) v128.store64_lane(at, bytes, 0);
  else storeFirst(at, bytes, count);
}
