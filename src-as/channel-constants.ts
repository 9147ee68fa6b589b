// At start-up: what requantize-lanes.ts reads of each output channel, from the 9 bytes that the file holds.

import { BLOCK_CHANNEL_BYTES } from "./requantize-lanes";

/**
 * From rows of bias and multiplier (int32) and of powers of two (bytes) to blocks of `width` channels, the last of which are smaller:
 * rows of bias, multiplier, power, sign, offset, as src-ts/ops/parts/lane-scaling.ts defines them. Power 0: the multiplier is the offset.
 * With `exponent` ≥ 0 sums are multiples of 2^exponent, and `inverse` is that of the odd number that they are multiples of, too:
 * the bias is multiplied by the power, and the power by the inverse instead of 2^exponent.
 */
export function expandChannels(from: usize, channels: i32, to: usize, width: i32, zero: i32, shift: i32, inverse: i32, exponent: i32): void {
  const row = <usize>channels << 2;
  let powers = from + 2 * row;
  for (let left = channels; left > 0;) {
    // As src-ts/ops/parts/channel-blocks.ts cuts them.
    const block = min(width, left > 12 ? 16 : left > 4 ? 8 : 4), pitch = <usize>block << 2;
    for (const end = to + pitch; to < end; to += 4, from += 4, powers++) {
      const bias = load<i32>(from), multiplier = load<i32>(from + row), bits = <i32>load<u8>(powers);
      const power = bits ? 1 << bits : 0;
      store<i32>(to, exponent < 0 ? bias : bias * power);
      store<i32>(to + pitch, multiplier);
      store<i32>(to + 2 * pitch, exponent < 0 ? power : inverse * (power >> exponent));
      store<i32>(to + 3 * pitch, power >> 1);
      store<i32>(to + 4 * pitch, bits ? (zero << shift) + (1 << (shift - 1)) + (power >> 2) : multiplier);
    }
    to += <usize>block * (BLOCK_CHANNEL_BYTES - 4);
    left -= block;
  }
}
