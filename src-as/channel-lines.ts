import { storeEight } from "./requantize-lanes";

/** As src-ts/ops/parts/channel-lines.ts finds them. */
const SHIFT: i32 = 18;

/**
 * A line for each channel, (x · multiplier + offset) >> 18, clamped. `lines` holds a row of multipliers and a row of offsets, int32,
 * each filled up to a multiple of eight.
 */
export function channelLines(
  input: usize, output: usize, pixels: i32, channels: i32, lines: usize, low: i32, high: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high), offsets = <usize>((channels + 7) & ~7) << 2;
  do {
    let line = lines, from = input, to = output;
    for (let left = channels; left > 0; left -= 8) {
      const x = v128.load_ext<i8>(from), next = line + offsets;
      const a = i32x4.add(i32x4.mul(i32x4.extend_low_i16x8_s(x), v128.load(line)), v128.load(next));
      const b = i32x4.add(i32x4.mul(i32x4.extend_high_i16x8_s(x), v128.load(line, 16)), v128.load(next, 16));
      const y = i16x8.narrow_i32x4_s(i32x4.shr_s(a, SHIFT), i32x4.shr_s(b, SHIFT));
      storeEight(to, i8x16.min_s(i8x16.max_s(i8x16.narrow_i16x8_s(y, y), lows), highs), left);
      line += 32; from += 8; to += 8;
    }
    input += <usize>channels; output += <usize>channels;
  } while (--pixels);
}

/** At start-up: numbers of lines to one row, and `common` − x · number to the other: the multiplier of all where x is 0, else offsets. */
export function expandLines(from: usize, channels: i32, to: usize, row: usize, common: i32, x: i32): void {
  do {
    const value = load<i32>(from);
    store<i32>(to, value);
    store<i32>(row, common - x * value);
    from += 4; to += 4; row += 4;
  } while (--channels);
}
