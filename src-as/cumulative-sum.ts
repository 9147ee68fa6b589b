import { clamp, requantize } from "./fixed-point";

/** CUMSUM of int8 along the middle of [outer, length, inner]; `step` is 1, or −1 to sum from the end. */
export function cumulativeSum(
  input: usize, outer: i32, length: i32, inner: i32, zero: i32,
  output: usize, outputZero: i32, multiplier: i32, shift: i32, exclusive: i32, step: i32
): void {
  const first = step > 0 ? 0 : (length - 1) * inner;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let sum = -zero << 19;
      let at = <usize>(first + i);
      for (let k = 0; k < length; k++, at += <usize>(step * inner)) {
        const next = sum + ((<i32>load<i8>(input + at) - zero) << 19);
        const scaled = requantize(exclusive ? sum : next, multiplier, shift);
        store<i8>(output + at, <i8>clamp(scaled + outputZero, -128, 127));
        sum = next;
      }
    }
    input += <usize>(length * inner);
    output += <usize>(length * inner);
  }
}
