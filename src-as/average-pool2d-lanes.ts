import { storeEight } from "./requantize-lanes";

/** AVERAGE_POOL_2D of int8, NHWC, over the at most 256 taps inside the input, eight channels at a time. */
export function averagePool2dLanes(
  input: usize, batches: i32, inH: i32, inW: i32, channels: i32,
  output: usize, outH: i32, outW: i32,
  filterH: i32, filterW: i32, strideH: i32, strideW: i32, padTop: i32, padLeft: i32,
  low: i32, high: i32
): void {
  const lows = i16x8.splat(<i16>low), highs = i16x8.splat(<i16>high);
  for (let batch = 0; batch < batches; batch++) {
    for (let oy = 0; oy < outH; oy++) {
      const top = oy * strideH - padTop;
      const firstY = max(top, 0), endY = min(top + filterH, inH);
      for (let ox = 0; ox < outW; ox++) {
        const left = ox * strideW - padLeft;
        const firstX = max(left, 0), endX = min(left + filterW, inW);
        const count = (endY - firstY) * (endX - firstX);
        for (let c = 0; c < channels; c += 8) {
          // 256 taps of −128 just fit 16 bits.
          let sum = i16x8.splat(0);
          for (let iy = firstY; iy < endY; iy++) {
            for (let ix = firstX; ix < endX; ix++) {
              sum = i16x8.add(sum, v128.load_ext<i8>(input + <usize>((iy * inW + ix) * channels + c)));
            }
          }
          const first = divided(i32x4.extend_low_i16x8_s(sum), count), last = divided(i32x4.extend_high_i16x8_s(sum), count);
          const words = i16x8.min_s(i16x8.max_s(i16x8.narrow_i32x4_s(first, last), lows), highs);
          storeEight(output + <usize>c, i8x16.narrow_i16x8_s(words, words), channels - c);
        }
        output += <usize>channels;
      }
    }
    input += <usize>(inH * inW * channels);
  }
}

/**
 * Sums over a count, halves away from zero. Dividends are below 2^16 and the quotient of a division is the nearest float32:
 * a quotient below a whole number is so by 2^-8 at least, and never rounded up to it.
 */
// @ts-ignore: decorator
@inline
function divided(sums: v128, count: i32): v128 {
  const half = i32x4.splat(count >> 1);
  const positive = i32x4.gt_s(sums, i32x4.splat(0));
  const nudged = i32x4.add(sums, v128.bitselect(half, i32x4.neg(half), positive));
  return i32x4.trunc_sat_f32x4_s(f32x4.div(f32x4.convert_i32x4_s(nudged), f32x4.splat(<f32>count)));
}
