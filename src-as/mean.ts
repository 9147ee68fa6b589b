import { clamp, requantize } from "./fixed-point";

/** MEAN and SUM of [outer, first, between, second, inner] over `first` and `second`; the division is part of the multiplier. */
export function mean<T>(
  input: usize, outer: i32, first: i32, between: i32, second: i32, inner: i32,
  output: usize, multiplier: i32, shift: i32, inputZero: i32, outputZero: i32, low: i32, high: i32
): void {
  const offset = -inputZero * first * second;
  const place = <usize>inner * sizeof<T>(), group = <usize>second * place, pitch = <usize>between * group;
  for (let a = 0; a < outer; a++) {
    for (let b = 0; b < between; b++) {
      for (let c = 0; c < inner; c++) {
        let sum = offset, from = input + <usize>b * group + <usize>c * sizeof<T>();
        for (let k = 0; k < second; k++, from += place) {
          for (let i = 0, at = from; i < first; i++, at += pitch) sum += <i32>load<T>(at);
        }
        store<T>(output, <T>clamp(requantize(sum, multiplier, shift) + outputZero, low, high));
        output += sizeof<T>();
      }
    }
    input += <usize>first * pitch;
  }
}
