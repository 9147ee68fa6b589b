import { packedRun, twoWindowsTimesFilters, windowTimesFilters } from "./dot";
import { CHANNEL_BYTES } from "./fixed-point";

/**
 * CONV_2D, NHWC, also grouped and dilated. The input's zero point is folded into the bias; borders hold the zero point.
 * A window whose taps lie side by side in the input is read in place; another is gathered in scratch first.
 */
export function conv2d(
  input: usize, batches: i32, inH: i32, inW: i32, inC: i32,
  output: usize, outH: i32, outW: i32, outC: i32,
  filter: usize, filterH: i32, filterW: i32,
  channels: usize, scratch: usize,
  strideH: i32, strideW: i32, dilationH: i32, dilationW: i32, padTop: i32, padLeft: i32, groups: i32,
  inputZero: i32, outputZero: i32, low: i32, high: i32
): void {
  const groupIn = inC / groups, groupOut = outC / groups;
  const run = filterW * groupIn;
  const gatheredPitch = packedRun(run);
  const gatheredBytes = <usize>(filterH * gatheredPitch);
  const inPlace = groups == 1 && dilationW == 1;
  const spanH = (filterH - 1) * dilationH + 1;

  for (let batch = 0; batch < batches; batch++) {
    for (let oy = 0; oy < outH; oy++) {
      const top = oy * strideH - padTop;
      const rowsInside = inPlace && top >= 0 && top + spanH <= inH;
      for (let ox = 0; ox < outW; ox += 2) {
        const pair = ox + 1 < outW;
        for (let group = 0; group < groups; group++) {
          const from = input + <usize>(group * groupIn);
          let window0 = scratch, pitch0 = gatheredPitch, window1 = scratch + gatheredBytes, pitch1 = gatheredPitch;
          let left = ox * strideW - padLeft;
          if (rowsInside && left >= 0 && left + filterW <= inW) {
            window0 = input + <usize>((top * inW + left) * inC);
            pitch0 = dilationH * inW * inC;
          } else {
            gather(from, inH, inW, inC, top, left, filterH, filterW, dilationH, dilationW, groupIn, window0, gatheredPitch, inputZero);
          }
          left += strideW;
          if (pair) {
            if (rowsInside && left >= 0 && left + filterW <= inW) {
              window1 = input + <usize>((top * inW + left) * inC);
              pitch1 = dilationH * inW * inC;
            } else {
              gather(from, inH, inW, inC, top, left, filterH, filterW, dilationH, dilationW, groupIn, window1, gatheredPitch, inputZero);
            }
          }
          const first = group * groupOut;
          const groupFilter = filter + <usize>group * packedFilterBytes(groupOut, filterH, run);
          const groupChannels = channels + <usize>first * CHANNEL_BYTES;
          const to = output + <usize>first;
          if (pair) {
            twoWindowsTimesFilters(
              window0, pitch0, window1, pitch1, filterH, run,
              groupFilter, groupChannels, to, <usize>outC, groupOut, outputZero, low, high
            );
          } else {
            windowTimesFilters(window0, pitch0, filterH, run, groupFilter, groupChannels, to, groupOut, outputZero, low, high);
          }
        }
        output += <usize>(pair ? 2 * outC : outC);
      }
    }
    input += <usize>(inH * inW * inC);
  }
}

/** Bytes of `count` filters as src-ts/ops/parts/filter-layout.ts packs them. */
// @ts-ignore: decorator
@inline
function packedFilterBytes(count: i32, rows: i32, run: i32): usize {
  return <usize>((ASC_FEATURE_SIMD ? (count + 3) & ~3 : count) * rows * packedRun(run));
}

/** Copies the taps of a window side by side; taps outside the input become its zero point. */
function gather(
  input: usize, inH: i32, inW: i32, inC: i32, top: i32, left: i32,
  filterH: i32, filterW: i32, dilationH: i32, dilationW: i32, bytes: i32,
  to: usize, pitch: usize, inputZero: i32
): void {
  for (let ky = 0; ky < filterH; ky++) {
    const iy = top + ky * dilationH;
    let at = to;
    for (let kx = 0; kx < filterW; kx++) {
      const ix = left + kx * dilationW;
      if (iy >= 0 && iy < inH && ix >= 0 && ix < inW) {
        memory.copy(at, input + <usize>((iy * inW + ix) * inC), <usize>bytes);
      } else {
        memory.fill(at, <u8>inputZero, <usize>bytes);
      }
      at += <usize>bytes;
    }
    to += pitch;
  }
}
