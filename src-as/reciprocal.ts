/** 1 / (1 + x) for x in [0, 1] as Q0.31, three Newton-Raphson steps. Twin of oneOverOnePlusX in src-ts/ir/logistic.ts. */
export function oneOverOnePlusX(x: i32): i32 {
  const half = <i32>((<i64>x + 0x80000000) >> 1);
  let y = 1515870810 + multiply(half, -1010580540);
  for (let step = 0; step < 3; step++) y += saturatingShiftLeft(multiply(y, (1 << 29) - multiply(half, y)), 2);
  return saturatingShiftLeft(y, 1);
}

/** (a · b + 2^30) >> 31; never both INT32_MIN here. */
// @ts-ignore: decorator
@inline
export function multiply(a: i32, b: i32): i32 {
  return <i32>((<i64>a * <i64>b + 0x40000000) >> 31);
}

// @ts-ignore: decorator
@inline
export function saturatingShiftLeft(x: i32, exponent: i32): i32 {
  return <i32>min(max(<i64>x << exponent, <i64>i32.MIN_VALUE), <i64>i32.MAX_VALUE);
}
