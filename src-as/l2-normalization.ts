import { clamp, requantize, roundingDivideByPowerOfTwo } from "./fixed-point";

/** a · b in Q0.31, rounded, halves up. */
// @ts-ignore: decorator
@inline
function highMultiply(a: i32, b: i32): i32 {
  return <i32>((<i64>a * <i64>b + 0x40000000) >> 31);
}

/** x · 2^exponent, saturated. */
// @ts-ignore: decorator
@inline
function raise(x: i32, exponent: i32): i32 {
  return <i32>min(max(<i64>x << exponent, <i64>i32.MIN_VALUE), <i64>i32.MAX_VALUE);
}

/** L2_NORMALIZATION of int8 rows; the root as in inverseSquareRoot of src-ts/ir/inverse-square-root.ts. */
export function l2Normalization(input: usize, rows: i32, length: i32, zero: i32, output: usize): void {
  for (; rows > 0; rows--, input += <usize>length) {
    let sum = 0;
    for (let i = 0; i < length; i++) {
      const x = <i32>load<i8>(input + <usize>i) - zero;
      sum += x * x;
    }
    let multiplier = i32.MAX_VALUE, shift = 0;
    if (sum > 1) {
      let right = 11;
      for (; sum >= 1 << 29; right++) sum /= 4;
      const pairs = ((clz<i32>(sum) - 1) >> 1) - 1;
      right -= pairs;
      const half = roundingDivideByPowerOfTwo((sum << (2 * pairs)) >> 1, 1);
      const threeHalves = (1 << 28) + (1 << 27);
      let x = 1 << 28;
      for (let step = 0; step < 5; step++) {
        const cube = raise(highMultiply(highMultiply(x, x), x), 6);
        x = raise(highMultiply(threeHalves, x) - highMultiply(half, cube), 3);
      }
      multiplier = highMultiply(x, 1518500250);
      if (right < 0) multiplier <<= -right;
      else shift = -right;
    }
    for (let i = 0; i < length; i++) {
      const scaled = requantize(<i32>load<i8>(input + <usize>i) - zero, multiplier, shift + 7);
      store<i8>(output++, <i8>clamp(scaled, -128, 127));
    }
  }
}
