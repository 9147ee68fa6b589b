import { SUMS, tileRun, twoWindows } from "./tiles";

/**
 * CONV_2D, NHWC, also grouped and dilated: two windows and two filters at a time. The input's zero point is folded into the bias;
 * borders hold the zero point. A window whose taps lie side by side in the input is read in place; another is gathered in scratch first.
 */
export function conv2dTiles(
  input: usize, batches: i32, inH: i32, inW: i32, inC: i32,
  output: usize, outH: i32, outW: i32, outC: i32,
  filter: usize, filterH: i32, filterW: i32,
  channels: usize, scratch: usize,
  strideH: i32, strideW: i32, dilationH: i32, dilationW: i32, padTop: i32, padLeft: i32, groups: i32,
  inputZero: i32, outputZero: i32, low: i32, high: i32
): void {
  const groupIn = inC / groups, groupOut = outC / groups;
  const run = filterW * groupIn, pitch = tileRun(run);
  const scratch0 = scratch + SUMS, scratch1 = scratch0 + <usize>(filterH * pitch);
  const groupFilter = <usize>(((groupOut + 1) & ~1) * filterH * pitch);
  const inPlace = groups == 1 && dilationW == 1;
  const spanH = (filterH - 1) * dilationH + 1;
  const rowPitch = <usize>(dilationH * inW * inC);

  for (let batch = 0; batch < batches; batch++) {
    for (let oy = 0; oy < outH; oy++) {
      const top = oy * strideH - padTop;
      const rowsInside = inPlace && top >= 0 && top + spanH <= inH;
      for (let ox = 0; ox < outW; ox += 2) {
        const pair = ox + 1 < outW;
        const left = ox * strideW - padLeft, right = left + strideW;
        for (let group = 0; group < groups; group++) {
          const from = input + <usize>(group * groupIn);
          let x = scratch0, pitchX = <usize>pitch;
          if (rowsInside && left >= 0 && left + filterW <= inW) {
            x = input + <usize>((top * inW + left) * inC);
            pitchX = rowPitch;
          } else {
            gather(from, inH, inW, inC, top, left, filterH, filterW, dilationH, dilationW, groupIn, x, pitch, inputZero);
          }
          let y = x, pitchY = pitchX;
          if (pair) {
            if (rowsInside && right >= 0 && right + filterW <= inW) {
              y = input + <usize>((top * inW + right) * inC);
              pitchY = rowPitch;
            } else {
              y = scratch1;
              pitchY = <usize>pitch;
              gather(from, inH, inW, inC, top, right, filterH, filterW, dilationH, dilationW, groupIn, y, pitch, inputZero);
            }
          }
          twoWindows(
            x, pitchX, y, pitchY, pair, filterH, run,
            filter + <usize>group * groupFilter, channels + <usize>(group * groupOut * 12),
            output + <usize>(group * groupOut), <usize>outC, groupOut, scratch, outputZero, low, high
          );
        }
        output += <usize>(pair ? 2 * outC : outC);
      }
    }
    input += <usize>(inH * inW * inC);
  }
}

/** Copies the taps of a window side by side; taps outside the input become its zero point. */
function gather(
  input: usize, inH: i32, inW: i32, inC: i32, top: i32, left: i32,
  filterH: i32, filterW: i32, dilationH: i32, dilationW: i32, bytes: i32,
  to: usize, pitch: i32, inputZero: i32
): void {
  for (let ky = 0; ky < filterH; ky++) {
    const iy = top + ky * dilationH;
    let at = to;
    for (let kx = 0; kx < filterW; kx++) {
      const ix = left + kx * dilationW;
      const inside = iy >= 0 && iy < inH && ix >= 0 && ix < inW;
      if (inside) memory.copy(at, input + <usize>((iy * inW + ix) * inC), <usize>bytes);
      else memory.fill(at, <u8>inputZero, <usize>bytes);
      at += <usize>bytes;
    }
    to += <usize>pitch;
  }
}
