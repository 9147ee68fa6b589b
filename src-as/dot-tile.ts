/**
 * Four sums of products: two windows times two filters, `rows` runs of `run` bytes each. Adds nothing else; writes x·u, x·v, y·u, y·v to `sums`.
 * Filters lie at `filters` + CONSTANTS: per run, per four taps, four bytes of u and four of v; filled up with zeros, so that what is read past
 * a run does not count. The firmware flavour exports it: a host may bind code of its own that gives the same sums (firmware-targets/abi).
 */
export function dotTile(
  x: usize, pitchX: usize, y: usize, pitchY: usize, rows: i32, run: i32, filters: usize, sums: usize
): void {
  let xu = 0, xv = 0, yu = 0, yv = 0;
  do {
    let a = x, b = y;
    const end = x + <usize>run;
    do {
      // The highest offset first: one check of bounds then serves all loads of a step in code made by wasm2c.
      let v = <i32>load<i8>(filters, CONSTANTS + 7), u = <i32>load<i8>(filters, CONSTANTS + 3);
      let p = <i32>load<i8>(a, 3), q = <i32>load<i8>(b, 3);
      xu += p * u; xv += p * v; yu += q * u; yv += q * v;
      v = <i32>load<i8>(filters, CONSTANTS + 6); u = <i32>load<i8>(filters, CONSTANTS + 2);
      p = <i32>load<i8>(a, 2); q = <i32>load<i8>(b, 2);
      xu += p * u; xv += p * v; yu += q * u; yv += q * v;
      v = <i32>load<i8>(filters, CONSTANTS + 5); u = <i32>load<i8>(filters, CONSTANTS + 1);
      p = <i32>load<i8>(a, 1); q = <i32>load<i8>(b, 1);
      xu += p * u; xv += p * v; yu += q * u; yv += q * v;
      v = <i32>load<i8>(filters, CONSTANTS + 4); u = <i32>load<i8>(filters, CONSTANTS);
      p = <i32>load<i8>(a); q = <i32>load<i8>(b);
      xu += p * u; xv += p * v; yu += q * u; yv += q * v;
      filters += 8; a += 4; b += 4;
    } while (a < end);
    x += pitchX; y += pitchY;
  } while (--rows);
  store<i32>(sums, yv, 12);
  store<i32>(sums, yu, 8);
  store<i32>(sums, xv, 4);
  store<i32>(sums, xu);
}
