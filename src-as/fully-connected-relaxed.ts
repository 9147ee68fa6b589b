// FULLY_CONNECTED of one row by the relaxed dot product, or, where its sums would not be exact, by int16 products of the same weights.
// Weights are blocks of 32 channels, the last of 16 where no more are left: for each four inputs, four of each channel.

import { relaxedIsExact } from "./conv2d-relaxed";
import { UNSIGNED, relaxed } from "./relaxed-probe";
import { BLOCK_CHANNEL_BYTES, bytesOf, storeFirst } from "./requantize-lanes";

/** `depth` is the row's length, filled up to a multiple of four by weights of zero: up to 3 bytes behind the row are read. */
export function fullyConnectedRelaxed(
  input: usize, depth: usize, output: usize, outC: i32, weights: usize,
  channelsUnsigned: usize, channelsSigned: usize, shift: i32, low: i32, high: i32
): void {
  const end = input + depth, exact = relaxedIsExact();
  let channels = relaxed == UNSIGNED ? channelsUnsigned : channelsSigned;
  for (let left = outC; left > 0; left -= 32) {
    const width: usize = left > 16 ? 32 : 16;
    if (!exact) {
      for (let half: usize = 0; half < width; half += 16) {
        widened16(input, end, weights + (half << 2), width << 2, channels + (half << 2), width << 2, output + half, left - <i32>half, shift, low, high);
      }
    } else if (width == 32) relaxed32(input, end, weights, channels, output, left, shift, low, high);
    else relaxed16(input, end, weights, channels, output, left, shift, low, high);
    weights += depth * width;
    channels += width * BLOCK_CHANNEL_BYTES;
    output += 32;
  }
}

/** 32 channels: eight sums at a time hide how long each product takes. The first `used` are stored. */
function relaxed32(x: usize, end: usize, w: usize, channels: usize, output: usize, used: i32, shift: i32, low: i32, high: i32): void {
  const flip = relaxed == UNSIGNED ? 0x80808080 : 0;
  let a0 = v128.load(channels), a1 = v128.load(channels, 16), a2 = v128.load(channels, 32), a3 = v128.load(channels, 48);
  let b0 = v128.load(channels, 64), b1 = v128.load(channels, 80), b2 = v128.load(channels, 96), b3 = v128.load(channels, 112);
  do {
    const u = i32x4.splat(load<i32>(x) ^ flip);
    a0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w), u, a0);
    a1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w, 16), u, a1);
    a2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w, 32), u, a2);
    a3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w, 48), u, a3);
    b0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w, 64), u, b0);
    b1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w, 80), u, b1);
    b2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w, 96), u, b2);
    b3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w, 112), u, b3);
    x += 4; w += 128;
  } while (x != end);
  store16(a0, a1, a2, a3, channels + 128, 128, output, used, shift, low, high);
  store16(b0, b1, b2, b3, channels + 192, 128, output + 16, used - 16, shift, low, high);
}

/** 16 channels. */
function relaxed16(x: usize, end: usize, w: usize, channels: usize, output: usize, used: i32, shift: i32, low: i32, high: i32): void {
  const flip = relaxed == UNSIGNED ? 0x80808080 : 0;
  let a0 = v128.load(channels), a1 = v128.load(channels, 16), a2 = v128.load(channels, 32), a3 = v128.load(channels, 48);
  do {
    const u = i32x4.splat(load<i32>(x) ^ flip);
    a0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w), u, a0);
    a1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w, 16), u, a1);
    a2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w, 32), u, a2);
    a3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w, 48), u, a3);
    x += 4; w += 64;
  } while (x != end);
  store16(a0, a1, a2, a3, channels + 64, 64, output, used, shift, low, high);
}

/** 16 channels of a block, `step` bytes from four inputs to the next: four int16 of two channels a vector, two sums of each channel. */
function widened16(
  x: usize, end: usize, w: usize, step: usize, channels: usize, pitch: usize, output: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  do {
    const u = i16x8.extend_low_i8x16_s(v128.load_splat<i32>(x));
    const w0 = v128.load(w), w1 = v128.load(w, 16), w2 = v128.load(w, 32), w3 = v128.load(w, 48);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, i16x8.extend_low_i8x16_s(w0))); b0 = i32x4.add(b0, i32x4.dot_i16x8_s(u, i16x8.extend_high_i8x16_s(w0)));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, i16x8.extend_low_i8x16_s(w1))); b1 = i32x4.add(b1, i32x4.dot_i16x8_s(u, i16x8.extend_high_i8x16_s(w1)));
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, i16x8.extend_low_i8x16_s(w2))); b2 = i32x4.add(b2, i32x4.dot_i16x8_s(u, i16x8.extend_high_i8x16_s(w2)));
    a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, i16x8.extend_low_i8x16_s(w3))); b3 = i32x4.add(b3, i32x4.dot_i16x8_s(u, i16x8.extend_high_i8x16_s(w3)));
    x += 4; w += step;
  } while (x != end);
  store16(
    i32x4.add(pairs(a0, b0), v128.load(channels)), i32x4.add(pairs(a1, b1), v128.load(channels, 16)),
    i32x4.add(pairs(a2, b2), v128.load(channels, 32)), i32x4.add(pairs(a3, b3), v128.load(channels, 48)),
    channels + pitch, pitch, output, used, shift, low, high
  );
}

/** Sums of neighbouring lanes. */
// @ts-ignore: decorator
@inline
function pairs(a: v128, b: v128): v128 {
  return i32x4.add(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7));
}

/** Requantizes 16 channels and stores the first `used`. */
// @ts-ignore: decorator
@inline
function store16(
  a: v128, b: v128, c: v128, d: v128, m: usize, pitch: usize, output: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  const bytes = bytesOf<i32>(a, b, c, d, m, m + 16, m + 32, m + 48, pitch, shift, i8x16.splat(<i8>low), i8x16.splat(<i8>high));
  if (used >= 16) v128.store(output, bytes);
  else storeFirst(output, bytes, used);
}
