import { packEight, requantizeAlike, storeEight } from "./requantize-lanes";

/** MEAN and SUM of int8 [outer, first, between, second, inner] over `first` and `second`, eight of the inner places at a time. */
export function meanLanes(
  input: usize, outer: i32, first: i32, between: i32, second: i32, inner: i32,
  output: usize, multiplier: i32, shift: i32, inputZero: i32, outputZero: i32, low: i32, high: i32
): void {
  const factor = i32x4.splat(multiplier), offset = i32x4.splat(-inputZero * first * second);
  const zeros = i16x8.splat(<i16>outputZero), lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  const place = <usize>inner, group = <usize>second * place, pitch = <usize>between * group;
  for (let a = 0; a < outer; a++) {
    for (let b = 0; b < between; b++) {
      for (let c = 0; c < inner; c += 8) {
        let sum0 = offset, sum1 = offset, from = input + <usize>b * group + <usize>c;
        for (let k = 0; k < second; k++, from += place) {
          for (let i = 0, at = from; i < first; i++, at += pitch) {
            const x = v128.load_ext<i8>(at);
            sum0 = i32x4.add(sum0, i32x4.extend_low_i16x8_s(x));
            sum1 = i32x4.add(sum1, i32x4.extend_high_i16x8_s(x));
          }
        }
        const bytes = packEight(requantizeAlike(sum0, factor, shift), requantizeAlike(sum1, factor, shift), zeros, lows, highs);
        storeEight(output + <usize>c, bytes, inner - c);
      }
      output += place;
    }
    input += <usize>first * pitch;
  }
}
