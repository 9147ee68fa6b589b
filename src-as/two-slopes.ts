import { clamp, requantize } from "./fixed-point";

/** Values from zero up times one factor, those below times another: QUANTIZE, RELU, RELU6, LEAKY_RELU where a table would be large. */
export function twoSlopes<From, To>(
  input: usize, count: i32, output: usize, inputZero: i32, outputZero: i32,
  multiplier: i32, shift: i32, negativeMultiplier: i32, negativeShift: i32, low: i32, high: i32
): void {
  for (; count > 0; count--, input += sizeof<From>(), output += sizeof<To>()) {
    const x = <i32>load<From>(input) - inputZero;
    const scaled = x >= 0 ? requantize(x, multiplier, shift) : requantize(x, negativeMultiplier, negativeShift);
    store<To>(output, <To>clamp(scaled + outputZero, low, high));
  }
}
