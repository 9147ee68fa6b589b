import { roundingDivideByPowerOfTwo } from "./fixed-point";
import { multiply, saturatingShiftLeft } from "./reciprocal";

/** 1 / √value as multiplier, in the lower half, and shift; twin of inverseSquareRoot in src-ts/ir/inverse-square-root.ts. */
export function inverseSquareRoot(value: i32): i64 {
  if (value <= 1) return pack(i32.MAX_VALUE, 0);
  let right = 11;
  for (; value >= 1 << 29; right++) value /= 4;
  const pairs = ((clz<i32>(value) - 1) >> 1) - 1;
  right -= pairs;
  const half = roundingDivideByPowerOfTwo((value << (2 * pairs)) >> 1, 1);
  const threeHalves = (1 << 28) + (1 << 27);
  let x = 1 << 28;
  for (let step = 0; step < 5; step++) {
    const cube = saturatingShiftLeft(multiply(multiply(x, x), x), 6);
    x = saturatingShiftLeft(multiply(threeHalves, x) - multiply(half, cube), 3);
  }
  const multiplier = multiply(x, 1518500250);
  return right < 0 ? pack(multiplier << -right, 0) : pack(multiplier, -right);
}

// @ts-ignore: decorator
@inline
export function pack(multiplier: i32, shift: i32): i64 {
  return (<i64>shift << 32) | <i64><u32>multiplier;
}
