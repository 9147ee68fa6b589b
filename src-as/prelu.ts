import { clamp, requantize } from "./fixed-point";

/** PRELU: values from zero up by one factor, the others times their slope, which is int8, by another. */
export function prelu<T>(
  x: usize, zeroX: i32, slopes: usize, zeroSlope: i32, output: usize, outputZero: i32, low: i32, high: i32,
  multiplier: i32, shift: i32, negativeMultiplier: i32, negativeShift: i32,
  size0: i32, size1: i32, size2: i32, size3: i32,
  x0: i32, x1: i32, x2: i32, x3: i32,
  s0: i32, s1: i32, s2: i32, s3: i32
): void {
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      for (let k = 0; k < size2; k++) {
        let atX = x + <usize>(i * x0 + j * x1 + k * x2), atSlope = slopes + <usize>(i * s0 + j * s1 + k * s2);
        for (const end = output + <usize>size3 * sizeof<T>(); output < end; output += sizeof<T>()) {
          const value = <i32>load<T>(atX) - zeroX;
          const scaled = value >= 0
            ? requantize(value, multiplier, shift)
            : requantize(value * (<i32>load<i8>(atSlope) - zeroSlope), negativeMultiplier, negativeShift);
          store<T>(output, <T>clamp(scaled + outputZero, low, high));
          atX += <usize>x3;
          atSlope += <usize>s3;
        }
      }
    }
  }
}
