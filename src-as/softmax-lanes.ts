import { oneOverOnePlusX } from "./reciprocal";
import { packEight, storeEight } from "./requantize-lanes";

/**
 * SOFTMAX over rows of `classes` int8, to int8, with all arithmetic in lanes. `exponentials`: exp(d) as Q0.31 for d = −255 … 0. Scratch holds
 * those of one row, filled up to a multiple of eight.
 */
export function softmaxLanes(input: usize, rows: i32, classes: i32, output: usize, exponentials: usize, scratch: usize): void {
  const fours = classes & ~3, zeros = i16x8.splat(-128), lows = i8x16.splat(-128), highs = i8x16.splat(127);
  for (let row = 0; row < rows; row++, input += <usize>classes, output += <usize>classes) {
    const table = exponentials + <usize>((255 - largestOf(input, classes)) << 2);
    let sums = i32x4.splat(0), to = scratch;
    for (let i = 0; i < fours; i += 4, to += 16) {
      const at = input + <usize>i;
      let x = v128.load32_zero(place(table, at));
      x = v128.load32_lane(place(table, at + 1), x, 1);
      x = v128.load32_lane(place(table, at + 2), x, 2);
      x = v128.load32_lane(place(table, at + 3), x, 3);
      v128.store(to, x);
      sums = i32x4.add(sums, summand(x));
    }
    for (let i = fours; i < fours + 8; i++, to += 4) {
      const x = i < classes ? load<i32>(place(table, input + <usize>i)) : 0;
      store<i32>(to, x);
      sums = i32x4.add(sums, summand(i32x4.replace_lane(i32x4.splat(0), 0, x)));
    }
    const pairs = i32x4.add(sums, v128.shuffle<i64>(sums, sums, 1, 0));
    const sum = i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
    const headroom = clz(sum);
    let reciprocal = oneOverOnePlusX((sum << headroom) + i32.MIN_VALUE), exponent = 35 - headroom;
    if (exponent > 31) {
      reciprocal = 0; exponent = 31;
    }
    const factor = i32x4.splat(reciprocal), half = i32x4.splat(1 << (exponent - 1));
    for (let i = 0; i < classes; i += 8) {
      const from = scratch + (<usize>i << 2);
      const a = share(v128.load(from), factor, half, exponent), b = share(v128.load(from, 16), factor, half, exponent);
      storeEight(output + <usize>i, packEight(a, b, zeros, lows, highs), classes - i);
    }
  }
}

// @ts-ignore: decorator
@inline
function place(table: usize, at: usize): usize {
  return table + ((<usize><isize>load<i8>(at)) << 2);
}

/** x / 2^12, rounded; of values that are not negative. */
// @ts-ignore: decorator
@inline
function summand(x: v128): v128 {
  return i32x4.shr_u(i32x4.add(x, i32x4.splat(1 << 11)), 12);
}

/** The doubling high product, and its quotient by 2^exponent, both rounded; of values that are not negative. */
// @ts-ignore: decorator
@inline
function share(x: v128, factor: v128, half: v128, exponent: i32): v128 {
  const rounding = i64x2.splat(1 << 30);
  const low = i64x2.shr_u(i64x2.add(i64x2.extmul_low_i32x4_u(x, factor), rounding), 31);
  const high = i64x2.shr_u(i64x2.add(i64x2.extmul_high_i32x4_u(x, factor), rounding), 31);
  return i32x4.shr_u(i32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), half), exponent);
}

/** The largest of eight int8 or more. */
// @ts-ignore: decorator
@inline
function largestOf(input: usize, count: i32): i32 {
  const last = input + <usize>count - 8;
  let most = v128.load64_zero(last);
  for (; input < last; input += 8) most = i8x16.max_s(most, v128.load64_zero(input));
  most = i16x8.extend_low_i8x16_s(most);
  most = i16x8.max_s(most, v128.shuffle<i64>(most, most, 1, 0));
  most = i16x8.max_s(most, v128.shuffle<i32>(most, most, 1, 0, 1, 0));
  return max(<i32>i16x8.extract_lane_s(most, 0), <i32>i16x8.extract_lane_s(most, 1));
}
