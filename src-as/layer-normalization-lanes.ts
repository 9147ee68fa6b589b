import { rowFactor } from "./layer-normalization";
import { packEight, requantizeAlike, storeEight } from "./requantize-lanes";

/** (x − mean) / √(variance + ε) of int8 rows of eight elements or more; the spread has 8 bits behind its point. */
export function layerNormalizationLanes(
  input: usize, rows: i32, length: i32, output: usize, outputZero: i32,
  epsilon: i64, multiplier: i32, shift: i32, low: i32, high: i32
): void {
  const whole = length & ~7, ones = i16x8.splat(1), lengths = i16x8.splat(<i16>length);
  const zeros = i16x8.splat(<i16>outputZero), lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  for (; rows > 0; rows--, input += <usize>length, output += <usize>length) {
    let sums = i32x4.splat(0), squaresOf = i32x4.splat(0);
    for (let i = 0; i < whole; i += 8) {
      const x = v128.load_ext<i8>(input + <usize>i);
      sums = i32x4.add(sums, i32x4.dot_i16x8_s(x, ones));
      squaresOf = i32x4.add(squaresOf, i32x4.dot_i16x8_s(x, x));
    }
    let sum = addUp(sums), squares = addUp(squaresOf);
    for (let i = whole; i < length; i++) {
      const x = <i32>load<i8>(input + <usize>i);
      sum += x;
      squares += x * x;
    }
    const spread = ((<i64>length * <i64>squares - <i64>sum * <i64>sum) << 8) + epsilon;
    const factor = rowFactor(spread, multiplier, shift), mean = i32x4.splat(sum);
    const multipliers = i32x4.splat(<i32>factor), raised = <i32>(factor >> 32);
    for (let i = 0; i < length; i += 8) {
      const x = v128.load_ext<i8>(input + <usize>i);
      const a = i32x4.sub(i32x4.extmul_low_i16x8_s(x, lengths), mean);
      const b = i32x4.sub(i32x4.extmul_high_i16x8_s(x, lengths), mean);
      const bytes = packEight(requantizeAlike(a, multipliers, raised), requantizeAlike(b, multipliers, raised), zeros, lows, highs);
      storeEight(output + <usize>i, bytes, length - i);
    }
  }
}

/** The sum of four lanes. */
// @ts-ignore: decorator
@inline
function addUp(x: v128): i32 {
  const pairs = i32x4.add(x, v128.shuffle<i64>(x, x, 1, 0));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}
