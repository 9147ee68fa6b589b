// Windows times filters, two by two: what conv2d-tiles and fully-connected-tiles share. Constants are read at CONSTANTS + address.

import { dotTile } from "./dot-tile";
import { clamp, requantize } from "./fixed-point";

/** Bytes of one run in a packed filter. */
// @ts-ignore: decorator
@inline
export function tileRun(run: i32): i32 {
  return (run + 3) & ~3;
}

/** Bytes of four sums, at the start of scratch. */
// @ts-ignore: decorator
@inline
export const SUMS: usize = 16;

/** Per channel: bias, multiplier, shift as src-ts/ops/parts/channels.ts packs them. */
// @ts-ignore: decorator
@inline
const CHANNEL: usize = 12;

/** All output channels of two windows; of the first alone where `pair` is false. `sums` is scratch. */
export function twoWindows(
  x: usize, pitchX: usize, y: usize, pitchY: usize, pair: bool, rows: i32, run: i32,
  filters: usize, channels: usize, output: usize, outputPitch: usize, count: i32, sums: usize,
  outputZero: i32, low: i32, high: i32
): void {
  const step = <usize>(2 * rows * tileRun(run));
  const next = output + outputPitch;
  let o = 0;
  do {
    dotTile(x, pitchX, y, pitchY, rows, run, filters, sums);
    const two = o + 1 < count;
    if (pair) {
      if (two) storeSum(load<i32>(sums, 12), channels + CHANNEL, next + <usize>(o + 1), outputZero, low, high);
      storeSum(load<i32>(sums, 8), channels, next + <usize>o, outputZero, low, high);
    }
    if (two) storeSum(load<i32>(sums, 4), channels + CHANNEL, output + <usize>(o + 1), outputZero, low, high);
    storeSum(load<i32>(sums), channels, output + <usize>o, outputZero, low, high);
    filters += step;
    channels += 2 * CHANNEL;
    o += 2;
  } while (o < count);
}

/** Adds the bias, scales, and stores as int8. Sums have room: see `fits` in src-ts/ops/parts/tiles.ts. */
// @ts-ignore: decorator
@inline
function storeSum(
  sum: i32, channel: usize, output: usize, outputZero: i32, low: i32, high: i32
): void {
  const shift = load<i32>(channel, CONSTANTS + 8);
  const multiplier = load<i32>(channel, CONSTANTS + 4);
  const x = sum + load<i32>(channel, CONSTANTS);
  let scaled: i32;
  if (shift < 0) {
    // Rounded twice, halves away from zero: 1 << (right − 1), less one below zero.
    const h = <i32>((<i64>x * <i64>multiplier + 0x40000000) >> 31);
    scaled = (h + (h >> 31) + (1 << (~shift))) >> -shift;
  } else {
    scaled = requantize(x, multiplier, shift);
  }
  store<i8>(output, clamp(scaled + outputZero, low, high));
}
