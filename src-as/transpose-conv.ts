import { CHANNEL_BYTES, storeChannel, storeWideChannel, WIDE_CHANNEL_BYTES } from "./fixed-point";

/**
 * TRANSPOSE_CONV, NHWC: each output value gathers the filter taps that reach it. Filter: [O, kH, kW, C].
 * `T` is i8 with an accumulator `A` of i32, or i16 with i64 and no zero points.
 */
export function transposeConv<T, A>(
  input: usize, batches: i32, inH: i32, inW: i32, inC: i32,
  output: usize, outH: i32, outW: i32, outC: i32,
  filter: usize, filterH: i32, filterW: i32, channels: usize,
  strideH: i32, strideW: i32, padTop: i32, padLeft: i32,
  inputZero: i32, outputZero: i32, low: i32, high: i32
): void {
  const perChannel = <usize>(filterH * filterW * inC);
  for (let batch = 0; batch < batches; batch++) {
    for (let oy = 0; oy < outH; oy++) {
      for (let ox = 0; ox < outW; ox++) {
        let own = filter;
        for (let o = 0; o < outC; o++, own += perChannel) {
          let sum: A = <A>0;
          // The first tap is the place's remainder by the stride; the next ones see the input one place before.
          for (let ky = (oy + padTop) % strideH, iy = (oy + padTop) / strideH; ky < filterH; ky += strideH, iy--) {
            if (<u32>iy >= <u32>inH) continue;
            for (let kx = (ox + padLeft) % strideW, ix = (ox + padLeft) / strideW; kx < filterW; kx += strideW, ix--) {
              if (<u32>ix >= <u32>inW) continue;
              const x = input + <usize>((iy * inW + ix) * inC) * sizeof<T>();
              const w = own + <usize>((ky * filterW + kx) * inC);
              for (let c: usize = 0; c < <usize>inC; c++) {
                sum += <A>((<i32>load<T>(x + c * sizeof<T>()) - inputZero) * <i32>load<i8>(w + c));
              }
            }
          }
          if (sizeof<T>() == 2) {
            storeWideChannel<A>(sum, channels + <usize>o * WIDE_CHANNEL_BYTES, output, low, high);
          } else {
            storeChannel(<i32>sum, channels + <usize>o * CHANNEL_BYTES, output, outputZero, low, high);
          }
          output += sizeof<T>();
        }
      }
    }
    input += <usize>(inH * inW * inC) * sizeof<T>();
  }
}
