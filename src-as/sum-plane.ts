import { storeEight } from "./requantize-lanes";

/** ADD and SUB of int8 as src-ts/ops/parts/sum-plane.ts says, eight elements at a time; `output` may be where `a` or `b` is. */
export function sumPlane(
  a: usize, factorA: i32, b: usize, factorB: i32, output: usize, count: i32, origin: i32, offset: i32, shift: i32, low: i32, high: i32
): void {
  const fa = i32x4.splat(factorA), fb = i32x4.splat(factorB), zero = i32x4.splat(origin), half = i32x4.splat(offset);
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  for (let left = count; left > 0; left -= 8) {
    const x = v128.load_ext<i8>(a), y = v128.load_ext<i8>(b);
    const s = four(i32x4.extend_low_i16x8_s(x), i32x4.extend_low_i16x8_s(y), fa, fb, zero, half, shift);
    const t = four(i32x4.extend_high_i16x8_s(x), i32x4.extend_high_i16x8_s(y), fa, fb, zero, half, shift);
    const bytes = i16x8.narrow_i32x4_s(s, t);
    storeEight(output, i8x16.min_s(i8x16.max_s(i8x16.narrow_i16x8_s(bytes, bytes), lows), highs), left);
    a += 8; b += 8; output += 8;
  }
}

// @ts-ignore: decorator
@inline
function four(x: v128, y: v128, fa: v128, fb: v128, zero: v128, half: v128, shift: i32): v128 {
  const s = i32x4.add(i32x4.add(i32x4.mul(x, fa), i32x4.mul(y, fb)), zero);
  return i32x4.shr_s(i32x4.add(i32x4.add(s, half), i32x4.shr_s(s, 31)), shift);
}
