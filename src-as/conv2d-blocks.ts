// CONV_2D and FULLY_CONNECTED as products of overlapping rows with blocks of output channels. Pieces of the input are widened to int16
// in scratch, with the zero point around them, so that no inner loop knows of borders. The input's zero point is folded into the bias.

import { product16, product8, products16, products4, products8 } from "./block-products";
import { channelBytes } from "./requantize-lanes";
import { fillWide, widenRow } from "./widen";

// Bits of BLOCKS, which the program defines (src-ts/ops/parts/channel-blocks.ts): blocks of so many channels of many windows, or of one.
// Those of int16 weights stand 8 bits further, those of sums that are scaled in float32 16.
const MANY_16 = 1, MANY_8 = 2, MANY_4 = 4, ONE_16 = 8, ONE_8 = 16;

/** Every block of output channels of `lines` lines of `count` windows. */
export function allBlocks<W, Scale>(
  window: usize, lineStep: usize, lines: i32, step: usize, count: i32, rows: i32, pitch: usize, pairs: i32,
  filter: usize, channels: usize, output: usize, outputLine: usize, outputPitch: usize, outC: i32, shift: i32, low: i32, high: i32
): void {
  const needs = BLOCKS >> ((sizeof<W>() == 1 ? 0 : 8) + (isFloat<Scale>() ? 16 : 0));
  for (let o = 0; o < outC;) {
    const left = outC - o;
    // As src-ts/ops/parts/channel-blocks.ts cuts them.
    const block = left > 12 ? 16 : left > 4 ? 8 : 4;
    let from = window, to = output + <usize>o;
    for (let line = 0; line < lines; line++) {
      // Whole ifs of constants: asc compiles no function that none of them calls.
      if (block == 16) {
        if (needs & MANY_16) {
          if (needs & ONE_16) {
            if (count == 1) product16<W, Scale>(from, rows, pitch, pairs, filter, channels, to, min(left, 16), shift, low, high);
            else products16<W, Scale>(from, step, count, rows, pitch, pairs, filter, channels, to, outputPitch, min(left, 16), shift, low, high);
          } else products16<W, Scale>(from, step, count, rows, pitch, pairs, filter, channels, to, outputPitch, min(left, 16), shift, low, high);
        } else if (needs & ONE_16) product16<W, Scale>(from, rows, pitch, pairs, filter, channels, to, min(left, 16), shift, low, high);
      } else if (block == 8) {
        if (needs & MANY_8) products8<W, Scale>(from, step, count, rows, pitch, pairs, filter, channels, to, outputPitch, min(left, 8), shift, low, high);
        else if (needs & ONE_8) product8<W, Scale>(from, rows, pitch, pairs, filter, channels, to, min(left, 8), shift, low, high);
      } else if (needs & MANY_4) {
        products4<W, Scale>(from, step, count, rows, pitch, pairs, filter, channels, to, outputPitch, left, shift, low, high);
      }
      from += lineStep; to += outputLine;
    }
    filter += <usize>(block * rows * pairs * 2) * sizeof<W>();
    channels += <usize>block * channelBytes<Scale>();
    o += block;
  }
}

/**
 * Along one axis: `inT` pixels, `inPitch` bytes apart, to `outT`. Also 1×1 convolutions (every pixel in one row) and dense layers.
 * `piece` output pixels at a time; scratch holds the pixels that they read.
 */
export function convolveLine<W, Scale>(
  input: usize, inPitch: usize, inT: i32, inC: i32,
  output: usize, outPitch: usize, outT: i32, outC: i32,
  filter: usize, taps: i32, stride: i32, dilation: i32, pad: i32,
  channels: usize, scratch: usize, piece: i32, batches: i32,
  inputZero: i32, shift: i32, low: i32, high: i32
): void {
  const span = (taps - 1) * dilation + 1, pixel = <usize>inC << 1;
  // Without dilation the taps of a window follow each other: one run.
  const rows = dilation == 1 ? 1 : taps;
  const run = dilation == 1 ? taps * inC : inC;
  for (let batch = 0; batch < batches; batch++) {
    for (let t = 0; t < outT; t += piece) {
      const count = min(piece, outT - t);
      const first = t * stride - pad, end = first + (count - 1) * stride + span;
      const from = max(first, 0), to = min(end, inT);
      const inside = max(to - from, 0);
      const left = min(from, end) - first;
      widenRow(scratch, input + <usize>from * inPitch, inPitch, inside, inC, left, end - first - left - inside, inputZero);
      allBlocks<W, Scale>(
        scratch, 0, 1, <usize>stride * pixel, count, rows, <usize>dilation * pixel, (run + 1) >> 1,
        filter, channels, output + <usize>t * outPitch, 0, outPitch, outC, shift, low, high
      );
    }
    input += <usize>inT * inPitch; output += <usize>outT * outPitch;
  }
}

/** Along both axes, `piece` output lines at a time; scratch holds the lines that they read. No dilation along the width. */
export function convolvePlane<W, Scale>(
  input: usize, inPitch: usize, inH: i32, inW: i32, inC: i32,
  output: usize, outPitch: usize, outH: i32, outW: i32, outC: i32,
  filter: usize, filterH: i32, filterW: i32, strideH: i32, strideW: i32, dilationH: i32, padTop: i32, padLeft: i32,
  channels: usize, scratch: usize, piece: i32, batches: i32,
  inputZero: i32, shift: i32, low: i32, high: i32
): void {
  const width = (outW - 1) * strideW + filterW, span = (filterH - 1) * dilationH + 1;
  const inside = max(min(inW, width - padLeft), 0), right = width - min(padLeft, width) - inside;
  const pixel = <usize>inC << 1, line = <usize>width * pixel;
  const inLine = <usize>inW * inPitch, outLine = <usize>outW * outPitch;
  for (let batch = 0; batch < batches; batch++) {
    for (let oy = 0; oy < outH; oy += piece) {
      const lines = min(piece, outH - oy);
      const first = oy * strideH - padTop, end = first + (lines - 1) * strideH + span;
      let to = scratch;
      for (let y = first; y < end; y++) {
        if (y < 0 || y >= inH) to = fillWide(to, width * inC, inputZero);
        else to = widenRow(to, input + <usize>y * inLine, inPitch, inside, inC, min(padLeft, width), right, inputZero);
      }
      allBlocks<W, Scale>(
        scratch, <usize>strideH * line, lines, <usize>strideW * pixel, outW, filterH, <usize>dilationH * line, (filterW * inC + 1) >> 1,
        filter, channels, output + <usize>oy * outLine, outLine, outPitch, outC, shift, low, high
      );
    }
    input += <usize>inH * inLine; output += <usize>outH * outLine;
  }
}

/** At start-up: weights of int8 as int16. */
export function widenWeights(from: usize, to: usize, count: i32): void {
  for (let i = 0; i < count; i += 8) v128.store(to + (<usize>i << 1), v128.load_ext<i8>(from + <usize>i));
}
