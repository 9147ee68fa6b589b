// Products of rows of int16 values with blocks of weights, two values of a row at a time: the inner loops of conv2d-rows and toom-cook.
// Weights of a block of 16 (8) channels lie pair after pair: 16 (8) times the two int16 that meet the two values.
// do-while loops with one step a block, as Cranelift wants them: it moves loads up and would spill in an unrolled loop.

/** Two rows, sixteen channels: sums[0 … 3] of the first row, sums[4 … 7] of the second, at `to` and `to2`. */
// @ts-ignore: decorator
@inline
export function twoRows16(row: usize, row2: usize, weights: usize, pairs: i32, to: usize, to2: usize): void {
  let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  do {
    const a = v128.load_splat<i32>(row), b = v128.load_splat<i32>(row2);
    const w0 = v128.load(weights), w1 = v128.load(weights, 16), w2 = v128.load(weights, 32), w3 = v128.load(weights, 48);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(a, w0));
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(b, w0));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(a, w1));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(b, w1));
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(a, w2));
    b2 = i32x4.add(b2, i32x4.dot_i16x8_s(b, w2));
    a3 = i32x4.add(a3, i32x4.dot_i16x8_s(a, w3));
    b3 = i32x4.add(b3, i32x4.dot_i16x8_s(b, w3));
    row += 4; row2 += 4; weights += 64;
  } while (--pairs);
  v128.store(to, a0); v128.store(to, a1, 16); v128.store(to, a2, 32); v128.store(to, a3, 48);
  v128.store(to2, b0); v128.store(to2, b1, 16); v128.store(to2, b2, 32); v128.store(to2, b3, 48);
}

/** Four rows, `pitch` bytes apart, and eight channels; sums of a row at `to` + `toPitch` · row. */
// @ts-ignore: decorator
@inline
export function fourRows8(row: usize, pitch: usize, weights: usize, pairs: i32, to: usize, toPitch: usize): void {
  let a0 = i32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  let row2 = row + pitch, row3 = row2 + pitch, row4 = row3 + pitch;
  do {
    const w0 = v128.load(weights), w1 = v128.load(weights, 16);
    const a = v128.load_splat<i32>(row), b = v128.load_splat<i32>(row2);
    const c = v128.load_splat<i32>(row3), d = v128.load_splat<i32>(row4);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(a, w0));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(a, w1));
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(b, w0));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(b, w1));
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(c, w0));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(c, w1));
    d0 = i32x4.add(d0, i32x4.dot_i16x8_s(d, w0));
    d1 = i32x4.add(d1, i32x4.dot_i16x8_s(d, w1));
    row += 4; row2 += 4; row3 += 4; row4 += 4; weights += 32;
  } while (--pairs);
  v128.store(to, a0); v128.store(to, a1, 16);
  v128.store(to + toPitch, b0); v128.store(to + toPitch, b1, 16);
  v128.store(to + 2 * toPitch, c0); v128.store(to + 2 * toPitch, c1, 16);
  v128.store(to + 3 * toPitch, d0); v128.store(to + 3 * toPitch, d1, 16);
}

/** Channels of a block when `left` of them are left: whole blocks of 16, then one of 8 if that is enough. */
// @ts-ignore: decorator
@inline
export function blockOf(left: i32): i32 {
  return left > 8 ? 16 : 8;
}
