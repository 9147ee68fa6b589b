// CONV_2D by i32x4.relaxed_dot_i8x16_i7x16_add_s: sixteen products of full-range int8 at once, exact where relaxed-probe.ts found
// signed × unsigned (activations are raised by 128, which the bias takes back) or signed × signed.

import { padLines } from "./pad-lines";
import { SIGNED, UNSIGNED, relaxed } from "./relaxed-probe";
import { relaxed16, relaxed24, relaxed4, relaxed8 } from "./relaxed-products";
import { channelBytes } from "./requantize-lanes";

/** Whether the probe found a form in which this file's sums are exact. */
// @ts-ignore: decorator
@inline
export function relaxedIsExact(): bool {
  return relaxed == UNSIGNED || relaxed == SIGNED;
}

/**
 * A window is `rows` runs of `run` bytes, `rowPitch` bytes apart, and spans `span` lines. Weights are full blocks of 24 channels, `blocks24`
 * of them, then of 16 while more than 8 channels are left, of 8 while more than 4 are, and of 4.
 */
export function conv2dRelaxed<Scale>(
  input: usize, inPitch: usize, inH: i32, inW: i32, inC: i32,
  output: usize, outPitch: usize, outH: i32, outW: i32, outC: i32,
  weights: usize, blocks24: i32, rows: i32, rowPitch: usize, run: i32, span: i32,
  strideH: i32, strideW: i32, padTop: i32, padLeft: i32,
  channelsUnsigned: usize, channelsSigned: usize,
  scratch: usize, linePixels: i32, linesAtATime: i32, batches: i32,
  inputZero: i32, shift: i32, low: i32, high: i32
): void {
  const channels = relaxed == UNSIGNED ? channelsUnsigned : channelsSigned, flip = relaxed == UNSIGNED ? 0x80808080 : 0;
  const lineBytes = linePixels * inC, runBytes = <usize>((run + 3) & ~3), step = <usize>(strideW * inC);
  do {
    for (let first = 0; first < outH; first += linesAtATime) {
      const count = min(linesAtATime, outH - first);
      let from = input + <usize>((first * strideH - padTop) * inW) * inPitch;
      // Without scratch, windows lie whole in the input.
      if (scratch) {
        padLines(from, inPitch, first * strideH - padTop, (count - 1) * strideH + span, inH, inW, inC, scratch, padLeft, linePixels, inputZero);
        from = scratch;
      }
      let w = weights, c = channels, blocks = blocks24, width = 0;
      for (let channel = 0; channel < outC; channel += width) {
        const left = outC - channel;
        width = blocks-- > 0 ? 24 : left > 8 ? 16 : left > 4 ? 8 : 4;
        const used = min(left, width);
        for (let line = 0; line < count; line++) {
          const x = from + <usize>(line * strideH * lineBytes), y = output + <usize>((first + line) * outW) * outPitch + <usize>channel;
          if (width == 24) relaxed24<Scale>(x, step, outW, rows, rowPitch, runBytes, flip, w, c, y, outPitch, used, shift, low, high);
          else if (width == 16) relaxed16<Scale>(x, step, outW, rows, rowPitch, runBytes, flip, w, c, y, outPitch, used, shift, low, high);
          else if (width == 8) relaxed8<Scale>(x, step, outW, rows, rowPitch, runBytes, flip, w, c, y, outPitch, used, shift, low, high);
          else relaxed4<Scale>(x, step, outW, rows, rowPitch, runBytes, flip, w, c, y, outPitch, used, shift, low, high);
        }
        w += <usize>(rows * width) * runBytes;
        c += <usize>width * channelBytes<Scale>();
      }
    }
    input += <usize>(inH * inW) * inPitch;
    output += <usize>(outH * outW) * outPitch;
  } while (--batches);
}
