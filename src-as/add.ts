import { clamp, requantize } from "./fixed-point";

/** ADD of two tensors of `count` int8: both raised by 20 bits, brought to a common scale, added, brought to the output's. */
export function add(
  a: usize, zeroA: i32, multiplierA: i32, shiftA: i32,
  b: usize, zeroB: i32, multiplierB: i32, shiftB: i32,
  output: usize, count: i32, outputZero: i32, multiplier: i32, shift: i32,
  low: i32, high: i32
): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const termA = requantize((<i32>load<i8>(a + i) - zeroA) << 20, multiplierA, shiftA);
    const termB = requantize((<i32>load<i8>(b + i) - zeroB) << 20, multiplierB, shiftB);
    store<i8>(output + i, clamp(requantize(termA + termB, multiplier, shift) + outputZero, low, high));
  }
}
