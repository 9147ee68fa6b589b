// DEPTHWISE_CONV_2D with one output channel for each input channel: two neighbouring outputs of eight channels at a time.
// Lines of the input lie in scratch with the zero point around them, so that no inner loop knows of borders;
// the input's zero point is folded into the bias. Two taps are one int16 product sum, i32x4.dot_i16x8_s.

import { padLines } from "./pad-lines";
import { BLOCK_CHANNEL_BYTES, packLanes, requantizeLanes, storeFirst } from "./requantize-lanes";

/** Bytes of the weights of a pair of taps: eight channels for each of two outputs. */
const PAIR_BYTES: usize = 64;

/** `pairs` pairs of taps are what two neighbouring outputs see of a line; weights as `pairWeights` lays them out. */
export function depthwiseConv2dPairs(
  input: usize, inPitch: usize, inH: i32, inW: i32, channelCount: i32,
  output: usize, outPitch: usize, outH: i32, outW: i32,
  weights: usize, filterH: i32, pairs: i32,
  strideH: i32, strideW: i32, dilationH: i32, padTop: i32, padLeft: i32,
  channels: usize, scratch: usize, linePixels: i32, linesAtATime: i32, batches: i32,
  inputZero: i32, shift: i32, low: i32, high: i32
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
          eightChannels(
            scratch + <usize>(line * strideH * lineBytes + channel), <usize>(2 * strideW * channelCount), outW,
            filterH, <usize>(dilationH * lineBytes), pairs, <usize>channelCount, w, c,
            output + <usize>((first + line) * outW) * outPitch + <usize>channel, outPitch, channelCount - channel, shift, low, high
          );
        }
        w += PAIR_BYTES * <usize>(filterH * pairs);
        c += 8 * BLOCK_CHANNEL_BYTES;
      }
    }
    input += <usize>(inH * inW) * inPitch;
    output += <usize>(outH * outW) * outPitch;
  } while (--batches);
}

/** A line of outputs, two pixels of eight channels at a time, `step` bytes of input apart. The first `used` channels are stored. */
function eightChannels(
  window: usize, step: usize, outW: i32, rows: i32, rowPitch: usize, pairs: i32, pixel: usize,
  weights: usize, channels: usize, output: usize, outPitch: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  const span = <usize>pairs * 2 * pixel, m = channels + 32;
  for (let left = outW; left > 0; left -= 2) {
    let a0 = v128.load(channels), a1 = v128.load(channels, 16), b0 = a0, b1 = a1;
    let w = weights, line = window, row = rows;
    do {
      let x = line, y = line + pixel;
      const end = x + span;
      do {
        const u = v128.load_ext<i8>(x), v = v128.load_ext<i8>(y);
        const first = v128.shuffle<i16>(u, v, 0, 8, 1, 9, 2, 10, 3, 11), last = v128.shuffle<i16>(u, v, 4, 12, 5, 13, 6, 14, 7, 15);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(first, v128.load(w)));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(last, v128.load(w, 16)));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(first, v128.load(w, 32)));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(last, v128.load(w, 48)));
        x += 2 * pixel; y += 2 * pixel; w += PAIR_BYTES;
      } while (x != end);
      line += rowPitch;
    } while (--row);
    const bytes = packLanes(
      requantizeLanes(a0, m, 32, shift), requantizeLanes(a1, m + 16, 32, shift), requantizeLanes(b0, m, 32, shift), requantizeLanes(b1, m + 16, 32, shift),
      lows, highs
    );
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

/**
 * Start-up: lays a filter [filterH, filterW, channelCount] out as int16. For each eight channels, line and pair of taps: the pair of each channel
 * as the first output sees it, then as the second does, `stride` taps further. Taps between those of a dilated filter are zero.
 */
export function pairWeights(
  filter: usize, filterH: i32, filterW: i32, channelCount: i32, stride: i32, dilation: i32, pairs: i32, to: usize
): void {
  for (let block = 0; block < channelCount; block += 8) {
    for (let row = 0; row < filterH; row++) {
      for (let pair = 0; pair < pairs; pair++) {
        for (let shift = 0; shift <= stride; shift += stride) {
          for (let i = 0; i < 16; i++) {
            const channel = block + (i >> 1), at = 2 * pair + (i & 1) - shift, tap = at / dilation;
            const exists = at >= 0 && tap * dilation == at && tap < filterW && channel < channelCount;
            store<i16>(to, exists ? load<i8>(filter + <usize>((row * filterW + tap) * channelCount + channel)) : 0);
            to += 2;
          }
        }
      }
    }
  }
}
