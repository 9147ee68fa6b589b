import { twoWindowsTimesFilters, windowTimesFilters } from "./dot";

/** FULLY_CONNECTED: each row of `depth` bytes gives `outC` bytes. The input's zero point is folded into the bias. */
export function fullyConnected(
  input: usize, rows: i32, depth: i32,
  output: usize, outC: i32,
  weights: usize, channels: usize,
  outputZero: i32, low: i32, high: i32
): void {
  for (; rows >= 2; rows -= 2) {
    const next = input + <usize>depth;
    twoWindowsTimesFilters(input, 0, next, 0, 1, depth, weights, channels, output, <usize>outC, outC, outputZero, low, high);
    input = next + <usize>depth;
    output += <usize>(2 * outC);
  }
  if (rows) windowTimesFilters(input, 0, 1, depth, weights, channels, output, outC, outputZero, low, high);
}
