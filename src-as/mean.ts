import { clamp, requantize } from "./fixed-point";

/** MEAN and SUM of [outer, count, inner] over the middle axis; the division is part of the multiplier. */
export function mean<T>(
  input: usize, outer: i32, count: i32, inner: i32,
  output: usize, multiplier: i32, shift: i32, inputZero: i32, outputZero: i32, low: i32, high: i32
): void {
  const pitch = <usize>inner * sizeof<T>();
  for (let a = 0; a < outer; a++) {
    for (let c = 0; c < inner; c++) {
      let sum = -inputZero * count;
      for (let i = 0, at = input + <usize>c * sizeof<T>(); i < count; i++, at += pitch) sum += <i32>load<T>(at);
      store<T>(output, <T>clamp(requantize(sum, multiplier, shift) + outputZero, low, high));
      output += sizeof<T>();
    }
    input += <usize>count * pitch;
  }
}
