// BATCH_MATMUL of int8 by the products of conv2d-blocks: rows of a are widened to int16 without their zero point, b is turned into blocks of
// columns as if it were weights. All columns have the same constants.

import { allBlocks } from "./conv2d-blocks";

/** `a` lies row by row; `aRow` bytes from one to the next. Of b either the summed axis (`bDepth` = 1) or the columns (`bColumn` = 1) are without gaps. */
export function batchMatmulBlocks(
  a: usize, zeroA: i32, a0: i32, a1: i32, a2: i32,
  b: usize, zeroB: i32, b0: i32, b1: i32, b2: i32, bColumn: i32, bDepth: i32,
  output: usize, shift: i32, channels: usize,
  scratch: usize, piece: i32, blocks: usize,
  size0: i32, size1: i32, size2: i32, rows: i32, columns: i32, depth: i32, low: i32, high: i32
): void {
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      for (let k = 0; k < size2; k++) {
        const left = a + <usize>(i * a0 + j * a1 + k * a2), right = b + <usize>(i * b0 + j * b1 + k * b2);
        packColumns(right, zeroB, bColumn, bDepth, columns, depth, blocks);
        for (let row = 0; row < rows; row += piece) {
          const count = min(piece, rows - row);
          widenWithout(scratch, left + <usize>(row * depth), count * depth, zeroA);
          allBlocks<i16, i32>(
            scratch, 0, 1, <usize>depth << 1, count, 1, 0, (depth + 1) >> 1,
            blocks, channels, output, 0, <usize>columns, columns, shift, low, high
          );
          output += <usize>(count * columns);
        }
      }
    }
  }
}

/** `count` int8 as int16, less `zero`; reads up to 7 bytes past them and writes up to 14. */
function widenWithout(to: usize, from: usize, count: i32, zero: i32): void {
  const zeros = i16x8.splat(<i16>zero);
  for (const end = to + (<usize>count << 1); to < end; to += 16, from += 8) {
    v128.store(to, i16x8.sub(v128.load_ext<i8>(from), zeros));
  }
}

/** Writes up to three pairs of a block past the last. */
function packColumns(from: usize, zero: i32, column: i32, step: i32, columns: i32, depth: i32, to: usize): void {
  const zeros = i16x8.splat(<i16>zero), pairs = (depth + 1) >> 1;
  for (let o = 0; o < columns;) {
    const left = columns - o;
    // As src-ts/ops/parts/channel-blocks.ts cuts them.
    const width = left > 12 ? 16 : left > 4 ? 8 : 4;
    for (let group = 0; group < width; group += 4) {
      const at = to + <usize>(group << 2), first = o + group, pitch = <usize>width << 2;
      if (step == 1) packAcross(from, column, first, columns - 1, pairs, zeros, at, pitch);
      else packAlong(from + <usize>min(first, columns - 1), step, depth, zeros, at, pitch);
    }
    const end = to + <usize>(pairs * width << 2);
    // The second half of an odd depth's last pair counts for nothing.
    if (depth & 1) for (let at = end - (<usize>width << 2); at < end; at += 16) v128.store(at, v128.and(v128.load(at), i32x4.splat(0xffff)));
    to = end;
    o += width;
  }
}

/** Four columns that each lie without gaps: four pairs of each at a time, turned round. Beyond the last column it is repeated. */
// @ts-ignore: decorator
@inline
function packAcross(from: usize, column: i32, first: i32, last: i32, pairs: i32, zeros: v128, to: usize, pitch: usize): void {
  let a = from + <usize>(min(first, last) * column), b = from + <usize>(min(first + 1, last) * column);
  let c = from + <usize>(min(first + 2, last) * column), d = from + <usize>(min(first + 3, last) * column);
  for (let pair = 0; pair < pairs; pair += 4) {
    const x = i16x8.sub(v128.load_ext<i8>(a), zeros), y = i16x8.sub(v128.load_ext<i8>(b), zeros);
    const z = i16x8.sub(v128.load_ext<i8>(c), zeros), w = i16x8.sub(v128.load_ext<i8>(d), zeros);
    const xyLow = v128.shuffle<i32>(x, y, 0, 4, 1, 5), xyHigh = v128.shuffle<i32>(x, y, 2, 6, 3, 7);
    const zwLow = v128.shuffle<i32>(z, w, 0, 4, 1, 5), zwHigh = v128.shuffle<i32>(z, w, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<i64>(xyLow, zwLow, 0, 2));
    v128.store(to + pitch, v128.shuffle<i64>(xyLow, zwLow, 1, 3));
    v128.store(to + 2 * pitch, v128.shuffle<i64>(xyHigh, zwHigh, 0, 2));
    v128.store(to + 3 * pitch, v128.shuffle<i64>(xyHigh, zwHigh, 1, 3));
    a += 8; b += 8; c += 8; d += 8;
    to += 4 * pitch;
  }
}

/** Four columns side by side: one pair of each at a time, out of two rows. Reads up to 7 bytes past the last row. */
// @ts-ignore: decorator
@inline
function packAlong(from: usize, step: i32, depth: i32, zeros: v128, to: usize, pitch: usize): void {
  for (let k = 0; k < depth; k += 2) {
    const next = k + 1 < depth ? from + <usize>step : from;
    const x = i16x8.sub(v128.load_ext<i8>(from), zeros), y = i16x8.sub(v128.load_ext<i8>(next), zeros);
    v128.store(to, v128.shuffle<i16>(x, y, 0, 8, 1, 9, 2, 10, 3, 11));
    from += <usize>step << 1;
    to += pitch;
  }
}
