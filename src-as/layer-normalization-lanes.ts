import { rowFactor } from "./layer-normalization";
import { packEight, requantizeAlike, storeEight } from "./requantize-lanes";

/** Rows whose factors are computed side by side: one alone is a long chain of multiplications. Scratch holds 16 bytes for each. */
const GROUP: i32 = 16;

/** (x − mean) / √(variance + ε) of int8 rows of eight elements or more; the spread has 8 bits behind its point. */
export function layerNormalizationLanes(
  input: usize, rows: i32, length: i32, output: usize, outputZero: i32,
  epsilon: i64, multiplier: i32, shift: i32, low: i32, high: i32, scratch: usize
): void {
  const lengths = i16x8.splat(<i16>length), zeros = i16x8.splat(<i16>outputZero), lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  for (; rows > 0; rows -= GROUP) {
    const end = scratch + (<usize>min(rows, GROUP) << 4);
    for (let at = scratch, row = input; at < end; at += 16, row += <usize>length) measure(row, length, at);
    for (let at = scratch; at < end; at += 16) {
      const sum = load<i32>(at), spread = ((<i64>length * <i64>load<i32>(at, 4) - <i64>sum * <i64>sum) << 8) + epsilon;
      store<i64>(at, rowFactor(spread, multiplier, shift), 8);
    }
    for (let at = scratch; at < end; at += 16, input += <usize>length, output += <usize>length) {
      const mean = v128.load_splat<i32>(at), factor = v128.load_splat<i32>(at, 8), raised = load<i32>(at, 12);
      for (let i = 0; i < length; i += 8) {
        const x = v128.load_ext<i8>(input + <usize>i);
        const a = i32x4.sub(i32x4.extmul_low_i16x8_s(x, lengths), mean), b = i32x4.sub(i32x4.extmul_high_i16x8_s(x, lengths), mean);
        const bytes = packEight(requantizeAlike(a, factor, raised), requantizeAlike(b, factor, raised), zeros, lows, highs);
        storeEight(output + <usize>i, bytes, length - i);
      }
    }
  }
}

/** Stores the sum of a row and that of its squares. */
// @ts-ignore: decorator
@inline
function measure(row: usize, length: i32, at: usize): void {
  const whole = length & ~7, ones = i16x8.splat(1);
  let sums = i32x4.splat(0), squaresOf = i32x4.splat(0);
  for (let i = 0; i < whole; i += 8) {
    const x = v128.load_ext<i8>(row + <usize>i);
    sums = i32x4.add(sums, i32x4.dot_i16x8_s(x, ones));
    squaresOf = i32x4.add(squaresOf, i32x4.dot_i16x8_s(x, x));
  }
  let sum = addUp(sums), squares = addUp(squaresOf);
  for (let i = whole; i < length; i++) {
    const x = <i32>load<i8>(row + <usize>i);
    sum += x;
    squares += x * x;
  }
  store<i32>(at, sum);
  store<i32>(at, squares, 4);
}

/** The sum of four lanes. */
// @ts-ignore: decorator
@inline
function addUp(x: v128): i32 {
  const pairs = i32x4.add(x, v128.shuffle<i64>(x, x, 1, 0));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}
