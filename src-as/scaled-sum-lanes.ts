import { loadEight, packEight, requantizeAlike, storeEight } from "./requantize-lanes";

/** ADD and SUB of int8, eight elements at a time. Along the innermost loop an operand moves by one element or stays. */
export function scaledSumLanes(
  a: usize, zeroA: i32, multiplierA: i32, shiftA: i32,
  b: usize, zeroB: i32, multiplierB: i32, shiftB: i32, sign: i32, leftShift: i32,
  output: usize, outputZero: i32, multiplier: i32, shift: i32, low: i32, high: i32,
  size0: i32, size1: i32, size2: i32, size3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32
): void {
  const factorA = i32x4.splat(multiplierA), factorB = i32x4.splat(multiplierB), factor = i32x4.splat(multiplier);
  const zerosA = i16x8.splat(<i16>zeroA), zerosB = i16x8.splat(<i16>zeroB), zeros = i16x8.splat(<i16>outputZero);
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  const stepA = <usize>(a3 << 3), stepB = <usize>(b3 << 3);
  // All bits set where b is subtracted: (x ^ −1) − (−1) = −x.
  const minus = i32x4.splat(sign < 0 ? -1 : 0);
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      for (let k = 0; k < size2; k++) {
        let atA = a + <usize>(i * a0 + j * a1 + k * a2), atB = b + <usize>(i * b0 + j * b1 + k * b2);
        let at = output;
        for (let left = size3; left > 0; left -= 8) {
          const x = i16x8.sub(loadEight(atA, stepA), zerosA), y = i16x8.sub(loadEight(atB, stepB), zerosB);
          const x0 = requantizeAlike(i32x4.shl(i32x4.extend_low_i16x8_s(x), leftShift), factorA, shiftA);
          const x1 = requantizeAlike(i32x4.shl(i32x4.extend_high_i16x8_s(x), leftShift), factorA, shiftA);
          const y0 = requantizeAlike(i32x4.shl(i32x4.extend_low_i16x8_s(y), leftShift), factorB, shiftB);
          const y1 = requantizeAlike(i32x4.shl(i32x4.extend_high_i16x8_s(y), leftShift), factorB, shiftB);
          const sum0 = i32x4.add(x0, i32x4.sub(v128.xor(y0, minus), minus)), sum1 = i32x4.add(x1, i32x4.sub(v128.xor(y1, minus), minus));
          const first = requantizeAlike(sum0, factor, shift), last = requantizeAlike(sum1, factor, shift);
          storeEight(at, packEight(first, last, zeros, lows, highs), left);
          atA += stepA; atB += stepB; at += 8;
        }
        output += <usize>size3;
      }
    }
  }
}
