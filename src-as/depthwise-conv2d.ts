import { CHANNEL_BYTES, storeChannel } from "./fixed-point";

/** DEPTHWISE_CONV_2D, NHWC: output channel c · depthMultiplier + m sees input channel c. Taps outside the input count nothing. */
export function depthwiseConv2d(
  input: usize, batches: i32, inH: i32, inW: i32, inC: i32,
  output: usize, outH: i32, outW: i32, depthMultiplier: i32,
  filter: usize, filterH: i32, filterW: i32,
  channels: usize,
  strideH: i32, strideW: i32, dilationH: i32, dilationW: i32, padTop: i32, padLeft: i32,
  inputZero: i32, outputZero: i32, low: i32, high: i32
): void {
  const outC = inC * depthMultiplier;
  for (let batch = 0; batch < batches; batch++) {
    for (let oy = 0; oy < outH; oy++) {
      for (let ox = 0; ox < outW; ox++) {
        const top = oy * strideH - padTop, left = ox * strideW - padLeft;
        // Taps inside the input: ky in [firstY, endY), kx in [firstX, endX).
        const firstY = firstInside(top, dilationH), endY = endInside(top, dilationH, inH, filterH);
        const firstX = firstInside(left, dilationW), endX = endInside(left, dilationW, inW, filterW);
        let o = 0;
        if (ASC_FEATURE_SIMD && depthMultiplier == 1) {
          for (; o + 8 <= outC; o += 8) {
            let sums0 = i32x4.splat(0), sums1 = i32x4.splat(0);
            const zero = i16x8.splat(<i16>inputZero);
            for (let ky = firstY; ky < endY; ky++) {
              for (let kx = firstX; kx < endX; kx++) {
                const from = input + <usize>(((top + ky * dilationH) * inW + left + kx * dilationW) * inC + o);
                const x = i16x8.sub(v128.load_ext<i8>(from), zero);
                const w = v128.load_ext<i8>(filter + <usize>((ky * filterW + kx) * outC + o));
                sums0 = i32x4.add(sums0, i32x4.extmul_low_i16x8_s(x, w));
                sums1 = i32x4.add(sums1, i32x4.extmul_high_i16x8_s(x, w));
              }
            }
            const c = channels + <usize>o * CHANNEL_BYTES, to = output + <usize>o;
            storeChannel(i32x4.extract_lane(sums0, 0), c, to, outputZero, low, high);
            storeChannel(i32x4.extract_lane(sums0, 1), c + CHANNEL_BYTES, to + 1, outputZero, low, high);
            storeChannel(i32x4.extract_lane(sums0, 2), c + CHANNEL_BYTES * 2, to + 2, outputZero, low, high);
            storeChannel(i32x4.extract_lane(sums0, 3), c + CHANNEL_BYTES * 3, to + 3, outputZero, low, high);
            storeChannel(i32x4.extract_lane(sums1, 0), c + CHANNEL_BYTES * 4, to + 4, outputZero, low, high);
            storeChannel(i32x4.extract_lane(sums1, 1), c + CHANNEL_BYTES * 5, to + 5, outputZero, low, high);
            storeChannel(i32x4.extract_lane(sums1, 2), c + CHANNEL_BYTES * 6, to + 6, outputZero, low, high);
            storeChannel(i32x4.extract_lane(sums1, 3), c + CHANNEL_BYTES * 7, to + 7, outputZero, low, high);
          }
        }
        for (; o < outC; o++) {
          let sum = 0;
          for (let ky = firstY; ky < endY; ky++) {
            for (let kx = firstX; kx < endX; kx++) {
              const at = ((top + ky * dilationH) * inW + left + kx * dilationW) * inC + o / depthMultiplier;
              const x = <i32>load<i8>(input + <usize>at) - inputZero;
              sum += x * <i32>load<i8>(filter + <usize>((ky * filterW + kx) * outC + o));
            }
          }
          storeChannel(sum, channels + <usize>o * CHANNEL_BYTES, output + <usize>o, outputZero, low, high);
        }
        output += <usize>outC;
      }
    }
    input += <usize>(inH * inW * inC);
  }
}

/** The first tap at or after the input's start. */
// @ts-ignore: decorator
@inline
function firstInside(start: i32, dilation: i32): i32 {
  return start < 0 ? (dilation - 1 - start) / dilation : 0;
}

/** One past the last tap before the input's end. */
// @ts-ignore: decorator
@inline
function endInside(start: i32, dilation: i32, size: i32, taps: i32): i32 {
  return min(taps, (size - start + dilation - 1) / dilation);
}
