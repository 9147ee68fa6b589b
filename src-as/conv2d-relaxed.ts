// CONV_2D by i32x4.relaxed_dot_i8x16_i7x16_add_s: sixteen products of full-range int8 at once, exact where relaxed-probe.ts found
// signed × unsigned (activations are raised by 128, which the bias takes back) or signed × signed.

import { padLines } from "./pad-lines";
import { SIGNED, UNSIGNED, relaxed } from "./relaxed-probe";
import { BLOCK_CHANNEL_BYTES, packLanes, requantizeLanes, storeFirst } from "./requantize-lanes";

/** Whether the probe found a form in which this file's sums are exact. */
// @ts-ignore: decorator
@inline
export function relaxedIsExact(): bool {
  return relaxed == UNSIGNED || relaxed == SIGNED;
}

/** Weights in blocks of four channels: for each line and 16 bytes of a run, 16 bytes of each. `run` bytes of a line lie side by side. */
export function conv2dRelaxed(
  input: usize, inPitch: usize, inH: i32, inW: i32, inC: i32,
  output: usize, outPitch: usize, outH: i32, outW: i32, outC: i32,
  weights: usize, filterH: i32, run: i32,
  strideH: i32, strideW: i32, dilationH: i32, padTop: i32, padLeft: i32,
  channelsUnsigned: usize, channelsSigned: usize,
  scratch: usize, linePixels: i32, linesAtATime: i32, batches: i32,
  inputZero: i32, shift: i32, low: i32, high: i32
): void {
  const channels = relaxed == UNSIGNED ? channelsUnsigned : channelsSigned;
  const steps = (run + 15) >> 4, lineBytes = linePixels * inC;
  do {
    for (let first = 0; first < outH; first += linesAtATime) {
      const count = min(linesAtATime, outH - first);
      let from = input + <usize>((first * strideH - padTop) * inW) * inPitch;
      // Without scratch, windows lie whole in the input.
      if (scratch) {
        const rows = (count - 1) * strideH + (filterH - 1) * dilationH + 1;
        padLines(from, inPitch, first * strideH - padTop, rows, inH, inW, inC, scratch, padLeft, linePixels, inputZero);
        from = scratch;
      }
      let w = weights, c = channels;
      for (let channel = 0; channel < outC; channel += 4) {
        for (let line = 0; line < count; line++) {
          fourChannels(
            from + <usize>(line * strideH * lineBytes), <usize>(strideW * inC), outW, filterH, <usize>(dilationH * lineBytes), steps, w, c,
            output + <usize>((first + line) * outW) * outPitch + <usize>channel, outPitch, outC - channel, shift, low, high
          );
        }
        w += <usize>(filterH * steps) << 6;
        c += 4 * BLOCK_CHANNEL_BYTES;
      }
    }
    input += <usize>(inH * inW) * inPitch;
    output += <usize>(outH * outW) * outPitch;
  } while (--batches);
}

/** A line of windows, two at a time, times four channels; the last of an odd count is computed twice. */
function fourChannels(
  window: usize, step: usize, count: i32, rows: i32, rowPitch: usize, steps: i32,
  weights: usize, channels: usize, output: usize, outPitch: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  const flip = i8x16.splat(relaxed == UNSIGNED ? -128 : 0), bias = v128.load(channels), m = channels + 16;
  const span = <usize>steps << 4;
  for (let left = count; left > 0; left -= 2) {
    const toNext = left > 1 ? step : 0;
    let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    let w = weights, line = window, row = rows;
    do {
      let x = line, y = line + toNext;
      const end = x + span;
      do {
        const u = v128.xor(v128.load(x), flip), v = v128.xor(v128.load(y), flip);
        const w0 = v128.load(w), w1 = v128.load(w, 16), w2 = v128.load(w, 32), w3 = v128.load(w, 48);
        a0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w0, u, a0);
        b0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w0, v, b0);
        a1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w1, u, a1);
        b1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w1, v, b1);
        a2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w2, u, a2);
        b2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w2, v, b2);
        a3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w3, u, a3);
        b3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w3, v, b3);
        x += 16; y += 16; w += 64;
      } while (x != end);
      line += rowPitch;
    } while (--row);
    const a = requantizeLanes(i32x4.add(addLanes(a0, a1, a2, a3), bias), m, 16, shift);
    const b = requantizeLanes(i32x4.add(addLanes(b0, b1, b2, b3), bias), m, 16, shift);
    const bytes = packLanes(a, b, a, b, lows, highs);
    if (used >= 4) {
      v128.store32_lane(output, bytes, 0);
      if (left > 1) v128.store32_lane(output + outPitch, bytes, 1);
    } else {
      storeFirst(output, bytes, used);
      if (left > 1) storeFirst(output + outPitch, i64x2.shr_u(bytes, 32), used);
    }
    window += step << 1;
    output += outPitch << 1;
  }
}

/** The four sums of four vectors. */
// @ts-ignore: decorator
@inline
function addLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}
