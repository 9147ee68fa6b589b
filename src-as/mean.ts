import { clamp, requantize } from "./fixed-point";

/** MEAN of [outer, count, inner] over the middle axis; the division is part of the multiplier. */
export function mean(
  input: usize, outer: i32, count: i32, inner: i32,
  output: usize, multiplier: i32, shift: i32, inputZero: i32, outputZero: i32
): void {
  for (let a = 0; a < outer; a++) {
    for (let c = 0; c < inner; c++) {
      let sum = -inputZero * count;
      for (let i = 0, at = input + <usize>c; i < count; i++, at += <usize>inner) sum += <i32>load<i8>(at);
      store<i8>(output, clamp(requantize(sum, multiplier, shift) + outputZero, -128, 127));
      output++;
    }
    input += <usize>(count * inner);
  }
}
