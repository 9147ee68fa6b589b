import { storeWideChannel, WIDE_CHANNEL_BYTES } from "./fixed-point";

/**
 * Convolution of int16 by int8, NHWC, also grouped and dilated, without zero points. `A` is the accumulator that TFLM has for
 * the bias: i64 or i32. Filter: [outC, filterH, filterW, inC / groups].
 */
export function conv2dInt16<A>(
  input: usize, batches: i32, inH: i32, inW: i32, inC: i32,
  output: usize, outH: i32, outW: i32, outC: i32,
  filter: usize, filterH: i32, filterW: i32,
  channels: usize,
  strideH: i32, strideW: i32, dilationH: i32, dilationW: i32, padTop: i32, padLeft: i32, groups: i32,
  low: i32, high: i32
): void {
  const groupIn = inC / groups, groupOut = outC / groups;
  for (let batch = 0; batch < batches; batch++) {
    for (let oy = 0; oy < outH; oy++) {
      const top = oy * strideH - padTop;
      for (let ox = 0; ox < outW; ox++) {
        const left = ox * strideW - padLeft;
        let w = filter;
        for (let o = 0; o < outC; o++) {
          const from = input + (<usize>(o / groupOut * groupIn) << 1);
          let sum: A = <A>0;
          for (let ky = 0; ky < filterH; ky++) {
            const iy = top + ky * dilationH;
            for (let kx = 0; kx < filterW; kx++, w += <usize>groupIn) {
              const ix = left + kx * dilationW;
              if (<u32>iy >= <u32>inH || <u32>ix >= <u32>inW) continue;
              const x = from + (<usize>((iy * inW + ix) * inC) << 1);
              sum += dot<A>(x, w, <usize>groupIn);
            }
          }
          storeWideChannel<A>(sum, channels + <usize>o * WIDE_CHANNEL_BYTES, output, low, high);
          output += 2;
        }
      }
    }
    input += <usize>(inH * inW * inC) << 1;
  }
}

/** Values whose products a lane can add before it is emptied: one step of a lane is at most 2^23. */
const EMPTIED_AFTER: usize = 1024;

/** The sum of `count` products of int16 at `x` by int8 at `w`. */
// @ts-ignore: decorator
@inline
function dot<A>(x: usize, w: usize, count: usize): A {
  let sum: A = <A>0, i: usize = 0;
  if (ASC_FEATURE_SIMD) {
    const whole = count & ~7;
    while (i < whole) {
      const end = min(i + EMPTIED_AFTER, whole);
      let lanes = i32x4.splat(0);
      for (; i < end; i += 8) {
        lanes = i32x4.add(lanes, i32x4.dot_i16x8_s(v128.load(x + (i << 1)), v128.load_ext<i8>(w + i)));
      }
      sum += <A>i32x4.extract_lane(lanes, 0) + <A>i32x4.extract_lane(lanes, 1);
      sum += <A>i32x4.extract_lane(lanes, 2) + <A>i32x4.extract_lane(lanes, 3);
    }
  }
  for (; i < count; i++) sum += <A>(<i32>load<i16>(x + (i << 1)) * <i32>load<i8>(w + i));
  return sum;
}
