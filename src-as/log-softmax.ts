import { clamp, requantize, roundingDivideByPowerOfTwo } from "./fixed-point";
import { multiply, oneOverOnePlusX, saturatingShiftLeft } from "./reciprocal";

/**
 * LOG_SOFTMAX over rows of `classes` int8. `exponentials`: exp(d) as Q0.31 for d = −255 … 0, `differences`: d as Q5.26. A difference
 * counts above `lowest` and above what the row's sum leaves of Q5.26, which `multiplier` and `shift` bring back to steps.
 */
export function logSoftmax(
  input: usize, rows: i32, classes: i32, output: usize,
  exponentials: usize, differences: usize, lowest: i32, multiplier: i32, shift: i32
): void {
  for (let row = 0; row < rows; row++) {
    const end = input + <usize>classes;
    let largest = -128;
    for (let at = input; at < end; at++) largest = max(largest, <i32>load<i8>(at));
    let sum = 0;
    for (let at = input; at < end; at++) {
      sum += roundingDivideByPowerOfTwo(entry(exponentials, <i32>load<i8>(at) - largest), 12);
    }
    const log = logarithm(sum);
    const least = max(lowest - 1, requantize(log + i32.MIN_VALUE, multiplier, shift));
    for (; input < end; input++, output++) {
      const difference = <i32>load<i8>(input) - largest;
      const result = difference > least
        ? clamp(roundingDivideByPowerOfTwo(entry(differences, difference) - log, 22) + 127, -128, 127)
        : -128;
      store<i8>(output, <i8>result);
    }
  }
}

// @ts-ignore: decorator
@inline
function entry(table: usize, difference: i32): i32 {
  return load<i32>(table + (<usize>(difference + 255) << 2));
}

/** Natural logarithm of a Q12.19 number ≥ 1 as Q5.26. Twin of logarithm in src-ts/ir/logistic.ts, which says what is computed. */
function logarithm(x: i32): i32 {
  const SQRT_HALF = 1518500250, FOURTH_ROOT_HALF = 1805811301, LN_2 = 1488522236;
  const headroom = <i32>clz(x);
  const r1 = saturatingShiftLeft(multiply(saturatingShiftLeft(x, headroom - 1), SQRT_HALF), 1);
  const headroom2 = <i32>clz(multiply(x, SQRT_HALF)) - 1;
  const r = min(r1, saturatingShiftLeft(x, headroom2));
  const e = max(((12 - headroom) << 25) + (1 << 23), ((12 - headroom2) << 25) - (1 << 23));
  const q = 2 * (r - FOURTH_ROOT_HALF);
  const q2 = multiply(q, q);
  const numerator = multiply(q, r) + multiply(multiply(q, q2), 117049297);
  const half = <i32>((<i64>r + <i64>FOURTH_ROOT_HALF + 1) >> 1);
  const denominator = multiply(half, 1057819769 + q + multiply(127690142, q2)) + multiply(638450708, q);
  const quotient = multiply(roundingDivideByPowerOfTwo(numerator, 6), oneOverOnePlusX(denominator));
  return saturatingShiftLeft(multiply(e, LN_2) + quotient, 1);
}
