import { storeFirst } from "./requantize-lanes";

/** MAX_POOL_2D, NHWC, over the taps inside the input. */
export function maxPool2d<T>(
  input: usize, batches: i32, inH: i32, inW: i32, channels: i32,
  output: usize, outH: i32, outW: i32,
  filterH: i32, filterW: i32, strideH: i32, strideW: i32, padTop: i32, padLeft: i32,
  low: i32, high: i32
): void {
  for (let batch = 0; batch < batches; batch++) {
    for (let oy = 0; oy < outH; oy++) {
      const top = oy * strideH - padTop;
      const firstY = max(top, 0), endY = min(top + filterH, inH);
      for (let ox = 0; ox < outW; ox++) {
        const left = ox * strideW - padLeft;
        const firstX = max(left, 0), endX = min(left + filterW, inW);
        let c = 0;
        if (ASC_FEATURE_SIMD && sizeof<T>() == 1) {
          for (; c < channels; c += 16) {
            let largest = i8x16.splat(-128);
            for (let iy = firstY; iy < endY; iy++) {
              for (let ix = firstX; ix < endX; ix++) {
                largest = i8x16.max_s(largest, v128.load(input + <usize>((iy * inW + ix) * channels + c)));
              }
            }
            largest = i8x16.min_s(i8x16.max_s(largest, i8x16.splat(<i8>low)), i8x16.splat(<i8>high));
            if (c + 16 <= channels) v128.store(output + <usize>c, largest);
            else storeFirst(output + <usize>c, largest, channels - c);
          }
        }
        for (; c < channels; c++) {
          let largest = low;
          for (let iy = firstY; iy < endY; iy++) {
            for (let ix = firstX; ix < endX; ix++) {
              largest = max(largest, <i32>load<T>(input + <usize>((iy * inW + ix) * channels + c) * sizeof<T>()));
            }
          }
          store<T>(output + <usize>c * sizeof<T>(), <T>min(largest, high));
        }
        output += <usize>channels * sizeof<T>();
      }
    }
    input += <usize>(inH * inW * channels) * sizeof<T>();
  }
}
