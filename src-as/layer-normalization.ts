import { clamp, requantize } from "./fixed-point";
import { inverseSquareRoot, pack } from "./inverse-square-root";
import { multiply } from "./reciprocal";

/** Multiplier (lower half) and shift of a row: 1 / √spread on the output's scale; twin of rowFactor in src-ts/ops/layer-normalization.ts. */
export function rowFactor(spread: i64, multiplier: i32, shift: i32): i64 {
  const pairs = max(36 - <i32>clz<i64>(spread), 0) >> 1;
  const root = inverseSquareRoot(<i32>(spread >> (2 * pairs)));
  return pack(multiply(<i32>root, multiplier), <i32>(root >> 32) - pairs + shift);
}

/** (x − mean) / √(variance + ε) of rows; the spread has 8 bits behind its point. */
export function layerNormalization<T>(
  input: usize, rows: i32, length: i32, output: usize, outputZero: i32,
  epsilon: i64, multiplier: i32, shift: i32, low: i32, high: i32
): void {
  for (; rows > 0; rows--) {
    const end = input + <usize>length * sizeof<T>();
    let sum = 0, squares: i64 = 0;
    for (let at = input; at < end; at += sizeof<T>()) {
      const x = <i32>load<T>(at);
      sum += x;
      squares += x * x;
    }
    const factor = rowFactor(((<i64>length * squares - <i64>sum * <i64>sum) << 8) + epsilon, multiplier, shift);
    for (; input < end; input += sizeof<T>(), output += sizeof<T>()) {
      const scaled = requantize(length * <i32>load<T>(input) - sum, <i32>factor, <i32>(factor >> 32));
      store<T>(output, <T>clamp(scaled + outputZero, low, high));
    }
  }
}
