import { clamp, roundingDivideByPowerOfTwo } from "./fixed-point";
import { multiply } from "./reciprocal";

/** DIV of int8. `reciprocals` holds 1 / |divisor| as Q0.31 and its shift, for 0 to 255. */
export function quotient(
  a: usize, zeroA: i32, b: usize, zeroB: i32, reciprocals: usize,
  output: usize, outputZero: i32, multiplier: i32, shift: i32, low: i32, high: i32,
  size0: i32, size1: i32, size2: i32, size3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32
): void {
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      for (let k = 0; k < size2; k++) {
        let atA = a + <usize>(i * a0 + j * a1 + k * a2), atB = b + <usize>(i * b0 + j * b1 + k * b2);
        for (const end = output + <usize>size3; output < end; output++) {
          const signed = <i32>load<i8>(atB) - zeroB;
          const dividend = <i32>load<i8>(atA) - zeroA;
          const x = signed < 0 ? -dividend : dividend;
          const reciprocal = reciprocals + (<usize>abs<i32>(signed) << 3);
          const headroom = clz<i32>(x ^ (x >> 31)) - 1;
          const scaled = multiply(multiply(x << headroom, load<i32>(reciprocal)), multiplier);
          const right = headroom + load<i32>(reciprocal, 4) - shift;
          store<i8>(output, <i8>clamp(roundingDivideByPowerOfTwo(scaled, right) + outputZero, low, high));
          atA += <usize>a3;
          atB += <usize>b3;
        }
      }
    }
  }
}
