import { clamp, roundingDivideByPowerOfTwo } from "./fixed-point";
import { multiply, oneOverOnePlusX } from "./reciprocal";

/** SOFTMAX over rows of `classes` int8; `T` is the output's type. `exponentials`: exp(d) as Q0.31 for d = −255 … 0. */
export function softmax<T>(input: usize, rows: i32, classes: i32, output: usize, exponentials: usize): void {
  for (let row = 0; row < rows; row++) {
    const end = input + <usize>classes;
    let largest = -128;
    for (let at = input; at < end; at++) largest = max(largest, <i32>load<i8>(at));
    const table = exponentials + <usize>((255 - largest) << 2);
    let sum = 0;
    for (let at = input; at < end; at++) sum += roundingDivideByPowerOfTwo(exponential(table, at), 12);
    const headroom = clz(sum);
    const reciprocal = oneOverOnePlusX((sum << headroom) + i32.MIN_VALUE);
    const exponent = 43 - 8 * <i32>sizeof<T>() - headroom;
    const least: i32 = sizeof<T>() == 1 ? -128 : -32768;
    for (; input < end; input++, output += sizeof<T>()) {
      const product = multiply(reciprocal, exponential(table, input));
      const share = exponent > 31 ? 0 : roundingDivideByPowerOfTwo(product, exponent);
      const result: i32 = clamp(share + least, least, -1 - least);
      store<T>(output, <T>result);
    }
  }
}

// @ts-ignore: decorator
@inline
function exponential(table: usize, at: usize): i32 {
  return load<i32>(table + ((<usize><isize>load<i8>(at)) << 2));
}
