import { clamp } from "./fixed-point";

/** AVERAGE_POOL_2D, NHWC, over the taps inside the input; halves are rounded away from zero. */
export function averagePool2d<T>(
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
        const count = (endY - firstY) * (endX - firstX);
        for (let c = 0; c < channels; c++) {
          let sum = 0;
          for (let iy = firstY; iy < endY; iy++) {
            for (let ix = firstX; ix < endX; ix++) {
              sum += <i32>load<T>(input + <usize>((iy * inW + ix) * channels + c) * sizeof<T>());
            }
          }
          const half = sum > 0 ? count >> 1 : -(count >> 1);
          store<T>(output + <usize>c * sizeof<T>(), <T>clamp((sum + half) / count, low, high));
        }
        output += <usize>channels * sizeof<T>();
      }
    }
    input += <usize>(inH * inW * channels) * sizeof<T>();
  }
}
