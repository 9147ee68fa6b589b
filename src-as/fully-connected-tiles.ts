import { twoWindows } from "./tiles";

/** FULLY_CONNECTED: each row of `depth` bytes gives `outC` bytes; two rows and two outputs at a time. The input's zero point is folded into the bias. */
export function fullyConnectedTiles(
  input: usize, rows: i32, depth: i32,
  output: usize, outC: i32,
  weights: usize, channels: usize, scratch: usize,
  outputZero: i32, low: i32, high: i32
): void {
  for (; rows > 0; rows -= 2) {
    const pair = rows > 1;
    twoWindows(
      input, 0, pair ? input + <usize>depth : input, 0, pair, 1, depth,
      weights, channels, output, <usize>outC, outC, scratch, outputZero, low, high
    );
    input += <usize>(2 * depth);
    output += <usize>(2 * outC);
  }
}
