// DEPTHWISE_CONV_2D with one output channel for each input channel: two neighbouring outputs of eight channels at a time.
// Lines of the input lie in scratch with the zero point around them, so that no inner loop knows of borders;
// the input's zero point is folded into the bias. A step takes two taps as int16, i32x4.dot_i16x8_s, or, where W is i8, four taps by the
// relaxed dot product (depthwise-relaxed.ts).

import { padLines } from "./pad-lines";
import { bytesOf, channelBytes, storeFirst } from "./requantize-lanes";

/** Bytes of the weights of a step: eight channels for each of two outputs. */
const STEP_BYTES: usize = 64;

/** `steps` steps are what two neighbouring outputs see of a line; weights as `stepWeights` lays them out. `flip` is for the relaxed dot product. */
export function depthwiseConv2dSteps<W, Scale>(
  input: usize, inPitch: usize, inH: i32, inW: i32, channelCount: i32,
  output: usize, outPitch: usize, outH: i32, outW: i32,
  weights: usize, filterH: i32, steps: i32,
  strideH: i32, strideW: i32, dilationH: i32, padTop: i32, padLeft: i32,
  channels: usize, scratch: usize, linePixels: i32, linesAtATime: i32, batches: i32,
  inputZero: i32, shift: i32, low: i32, high: i32, flip: i32 = 0
): void {
  const lineBytes = linePixels * channelCount;
  do {
    for (let first = 0; first < outH; first += linesAtATime) {
      const count = min(linesAtATime, outH - first);
      const above = input + <usize>((first * strideH - padTop) * inW) * inPitch;
      const rows = (count - 1) * strideH + (filterH - 1) * dilationH + 1;
      padLines(above, inPitch, first * strideH - padTop, rows, inH, inW, channelCount, scratch, padLeft, linePixels, inputZero);
      let w = weights, c = channels;
      for (let channel = 0; channel < channelCount; channel += 8) {
        for (let line = 0; line < count; line++) {
          eightChannels<W, Scale>(
            scratch + <usize>(line * strideH * lineBytes + channel), <usize>(2 * strideW * channelCount), outW,
            filterH, <usize>(dilationH * lineBytes), steps, <usize>channelCount, w, c,
            output + <usize>((first + line) * outW) * outPitch + <usize>channel, outPitch, channelCount - channel, shift, low, high, flip
          );
        }
        w += STEP_BYTES * <usize>(filterH * steps);
        c += 8 * channelBytes<Scale>();
      }
    }
    input += <usize>(inH * inW) * inPitch;
    output += <usize>(outH * outW) * outPitch;
  } while (--batches);
}

/** A line of outputs, two pixels of eight channels at a time, `step` bytes of input apart. The first `used` channels are stored. */
function eightChannels<W, Scale>(
  window: usize, step: usize, outW: i32, rows: i32, rowPitch: usize, steps: i32, pixel: usize,
  weights: usize, channels: usize, output: usize, outPitch: usize, used: i32, shift: i32, low: i32, high: i32, flip: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  const span = (<usize>steps << (sizeof<W>() == 2 ? 1 : 2)) * pixel, m = channels + 32, flips = i32x4.splat(flip);
  for (let left = outW; left > 0; left -= 2) {
    let a0 = v128.load(channels), a1 = v128.load(channels, 16), b0 = a0, b1 = a1;
    let w = weights, line = window, row = rows;
    do {
      let x = line;
      const end = x + span;
      do {
        if (sizeof<W>() == 2) {
          const u = v128.load_ext<i8>(x), v = v128.load_ext<i8>(x + pixel);
          const first = v128.shuffle<i16>(u, v, 0, 8, 1, 9, 2, 10, 3, 11), last = v128.shuffle<i16>(u, v, 4, 12, 5, 13, 6, 14, 7, 15);
          a0 = i32x4.add(a0, i32x4.dot_i16x8_s(first, v128.load(w)));
          a1 = i32x4.add(a1, i32x4.dot_i16x8_s(last, v128.load(w, 16)));
          b0 = i32x4.add(b0, i32x4.dot_i16x8_s(first, v128.load(w, 32)));
          b1 = i32x4.add(b1, i32x4.dot_i16x8_s(last, v128.load(w, 48)));
          x += 2 * pixel;
        } else {
          const u = interleaved(v128.load(x), v128.load(x + pixel)), y = x + 2 * pixel, v = interleaved(v128.load(y), v128.load(y + pixel));
          const first = v128.xor(v128.shuffle<i16>(u, v, 0, 8, 1, 9, 2, 10, 3, 11), flips);
          const last = v128.xor(v128.shuffle<i16>(u, v, 4, 12, 5, 13, 6, 14, 7, 15), flips);
          a0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w), first, a0);
          a1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w, 16), last, a1);
          b0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w, 32), first, b0);
          b1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(w, 48), last, b1);
          x += 4 * pixel;
        }
        w += STEP_BYTES;
      } while (x != end);
      line += rowPitch;
    } while (--row);
    const bytes = bytesOf<Scale>(a0, a1, b0, b1, m, m + 16, m, m + 16, 32, shift, lows, highs);
    if (used >= 8) {
      v128.store64_lane(output, bytes, 0);
      if (left > 1) v128.store64_lane(output + outPitch, bytes, 1);
    } else {
      storeFirst(output, bytes, used);
      if (left > 1) storeFirst(output + outPitch, v128.shuffle<i64>(bytes, bytes, 1, 1), used);
    }
    window += step;
    output += 2 * outPitch;
  }
}

/** The first eight bytes of two vectors, in turn. */
// @ts-ignore: decorator
@inline
function interleaved(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/**
 * Start-up: lays a filter [filterH, filterW, channelCount] out as W. For each eight channels, line and step: the two or four taps of each channel
 * as the first output sees them, then as the second does, `stride` taps further. Taps between those of a dilated filter are zero.
 */
export function stepWeights<W>(
  filter: usize, filterH: i32, filterW: i32, channelCount: i32, stride: i32, dilation: i32, steps: i32, to: usize
): void {
  const taps = sizeof<W>() == 2 ? 2 : 4;
  for (let block = 0; block < channelCount; block += 8) {
    for (let row = 0; row < filterH; row++) {
      for (let step = 0; step < steps; step++) {
        for (let shift = 0; shift <= stride; shift += stride) {
          for (let i = 0; i < 8 * taps; i++) {
            const channel = block + i / taps, at = taps * step + i % taps - shift, tap = at / dilation;
            const exists = at >= 0 && tap * dilation == at && tap < filterW && channel < channelCount;
            store<W>(to, exists ? <W>load<i8>(filter + <usize>((row * filterW + tap) * channelCount + channel)) : 0);
            to += sizeof<W>();
          }
        }
      }
    }
  }
}
