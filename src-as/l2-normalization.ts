import { clamp, requantize } from "./fixed-point";
import { inverseSquareRoot } from "./inverse-square-root";

/** L2_NORMALIZATION of int8 rows. */
export function l2Normalization(input: usize, rows: i32, length: i32, zero: i32, output: usize): void {
  for (; rows > 0; rows--, input += <usize>length) {
    let sum = 0;
    for (let i = 0; i < length; i++) {
      const x = <i32>load<i8>(input + <usize>i) - zero;
      sum += x * x;
    }
    const root = inverseSquareRoot(sum), multiplier = <i32>root, shift = <i32>(root >> 32);
    for (let i = 0; i < length; i++) {
      const scaled = requantize(<i32>load<i8>(input + <usize>i) - zero, multiplier, shift + 7);
      store<i8>(output++, <i8>clamp(scaled, -128, 127));
    }
  }
}
