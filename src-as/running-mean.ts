import { clamp, requantize } from "./fixed-point";

/**
 * MEAN and SUM of [rows, channels] over rows, of which the last `arriving` are new and as many at the front go with the next call. `sums`
 * holds, for each channel, the sum of the rows that stay, without their zero points.
 */
export function runningMean<T>(
  input: usize, rows: i32, channels: i32, arriving: i32, sums: usize,
  output: usize, multiplier: i32, shift: i32, inputZero: i32, outputZero: i32, low: i32, high: i32
): void {
  const pitch = <usize>channels * sizeof<T>(), newest = <usize>(rows - arriving) * pitch;
  for (let c = 0; c < channels; c++, input += sizeof<T>(), output += sizeof<T>(), sums += 4) {
    let sum = load<i32>(sums);
    for (let i = 0, at = input + newest; i < arriving; i++, at += pitch) sum += <i32>load<T>(at) - inputZero;
    store<T>(output, <T>clamp(requantize(sum, multiplier, shift) + outputZero, low, high));
    for (let i = 0, at = input; i < arriving; i++, at += pitch) sum -= <i32>load<T>(at) - inputZero;
    store<i32>(sums, sum);
  }
}
