/**
 * Four sums of products: two windows times two filters, `rows` runs of `run` bytes each. Adds nothing else; writes x·u, x·v, y·u, y·v to `sums`.
 * Filters lie at `filters` + CONSTANTS: per run, per four taps, four bytes of u and four of v; filled up with zeros, so that what is read past
 * a run does not count. The firmware flavour exports it: a host may bind code of its own that gives the same sums (firmware-targets/abi).
 *
 * One 64-bit product serves both filters: p times u + v·2³² holds p·u below and p·v above, less what the sign below took. To an
 * interpreter every operation costs nearly alike, and this has the fewest.
 */
export function dotTile(
  x: usize, pitchX: usize, y: usize, pitchY: usize, rows: i32, run: i32, filters: usize, sums: usize
): void {
  let xs: i64 = 0, ys: i64 = 0;
  do {
    let a = x, b = y;
    const end = x + <usize>run;
    do {
      // Taps of both filters, each 128 above its value. The highest offset first: one check of bounds serves all loads of a step in C.
      const taps = load<i64>(filters, CONSTANTS) ^ 0x8080808080808080;
      let uv = tap(taps >> 24);
      xs += <i64>load<i8>(a, 3) * uv; ys += <i64>load<i8>(b, 3) * uv;
      uv = tap(taps >> 16);
      xs += <i64>load<i8>(a, 2) * uv; ys += <i64>load<i8>(b, 2) * uv;
      uv = tap(taps >> 8);
      xs += <i64>load<i8>(a, 1) * uv; ys += <i64>load<i8>(b, 1) * uv;
      uv = tap(taps);
      xs += <i64>load<i8>(a) * uv; ys += <i64>load<i8>(b) * uv;
      filters += 8; a += 4; b += 4;
    } while (a < end);
    x += pitchX; y += pitchY;
  } while (--rows);
  store<i32>(sums, upper(ys), 12);
  store<i32>(sums, <i32>ys, 8);
  store<i32>(sums, upper(xs), 4);
  store<i32>(sums, <i32>xs);
}

/** u + v·2³² of the lowest bytes of both halves. */
// @ts-ignore: decorator
@inline
function tap(taps: i64): i64 {
  return (taps & 0xff000000ff) - 0x8000000080;
}

/** The upper sum of two, with what the lower one's sign took from it. */
// @ts-ignore: decorator
@inline
function upper(sums: i64): i32 {
  return <i32>((sums - <i64><i32>sums) >> 32);
}
