import { loadEight, packEight, requantizeAlike, storeEight } from "./requantize-lanes";

/** MUL of int8, eight elements at a time. Along the innermost loop an operand moves by one element or stays. */
export function productLanes(
  a: usize, zeroA: i32, b: usize, zeroB: i32,
  output: usize, outputZero: i32, multiplier: i32, shift: i32, low: i32, high: i32,
  size0: i32, size1: i32, size2: i32, size3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32
): void {
  const factor = i32x4.splat(multiplier);
  const zerosA = i16x8.splat(<i16>zeroA), zerosB = i16x8.splat(<i16>zeroB), zeros = i16x8.splat(<i16>outputZero);
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  const stepA = <usize>(a3 << 3), stepB = <usize>(b3 << 3);
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      for (let k = 0; k < size2; k++) {
        let atA = a + <usize>(i * a0 + j * a1 + k * a2), atB = b + <usize>(i * b0 + j * b1 + k * b2);
        let at = output;
        for (let left = size3; left > 0; left -= 8) {
          const x = i16x8.sub(loadEight(atA, stepA), zerosA), y = i16x8.sub(loadEight(atB, stepB), zerosB);
          const first = requantizeAlike(i32x4.extmul_low_i16x8_s(x, y), factor, shift);
          const last = requantizeAlike(i32x4.extmul_high_i16x8_s(x, y), factor, shift);
          storeEight(at, packEight(first, last, zeros, lows, highs), left);
          atA += stepA; atB += stepB; at += 8;
        }
        output += <usize>size3;
      }
    }
  }
}
