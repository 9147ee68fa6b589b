import { clamp, requantize } from "./fixed-point";

/** SQUARED_DIFFERENCE: both terms are brought to one scale, then their difference is squared and brought to the output's. */
export function squaredDifference<T>(
  a: usize, zeroA: i32, multiplierA: i32, shiftA: i32,
  b: usize, zeroB: i32, multiplierB: i32, shiftB: i32,
  leftShift: i32,
  output: usize, outputZero: i32, multiplier: i32, shift: i32, low: i32, high: i32,
  size0: i32, size1: i32, size2: i32, size3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32
): void {
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      for (let k = 0; k < size2; k++) {
        let atA = a + <usize>(i * a0 + j * a1 + k * a2), atB = b + <usize>(i * b0 + j * b1 + k * b2);
        for (const end = output + <usize>size3 * sizeof<T>(); output < end; output += sizeof<T>()) {
          const termA = requantize((<i32>load<T>(atA) - zeroA) << leftShift, multiplierA, shiftA);
          const termB = requantize((<i32>load<T>(atB) - zeroB) << leftShift, multiplierB, shiftB);
          const difference = termA - termB;
          const scaled = requantize(difference * difference, multiplier, shift);
          store<T>(output, <T>clamp(scaled + outputZero, low, high));
          atA += <usize>a3;
          atB += <usize>b3;
        }
      }
    }
  }
}
