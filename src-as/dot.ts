// Products of input windows with blocks of filters: the inner loops of conv2d and fully-connected.
// A window is `rows` runs of `run` bytes, `pitch` bytes apart. Filters lie as src-ts/ops/parts/filter-layout.ts packs them.

import { CHANNEL_BYTES, storeChannel } from "./fixed-point";

/** Output channels that one step of the loop over filters computes. */
// @ts-ignore: decorator
@inline
export const BLOCK: i32 = ASC_FEATURE_SIMD ? 4 : 1;

/** Bytes of one run in the packed filter of one channel. */
// @ts-ignore: decorator
@inline
export function packedRun(run: i32): i32 {
  return ASC_FEATURE_SIMD ? (run + 7) & ~7 : run;
}

/** All output channels of one window. */
export function windowTimesFilters(
  window: usize, pitch: usize, rows: i32, run: i32,
  filter: usize, channels: usize, output: usize, count: i32,
  outputZero: i32, low: i32, high: i32
): void {
  const filterBytes = <usize>(rows * packedRun(run));
  for (let o = 0; o < count; o += BLOCK) {
    if (ASC_FEATURE_SIMD) {
      let sums = dot4(window, pitch, rows, run, filter);
      storeBlock(sums, channels, output, count - o, outputZero, low, high);
    } else {
      storeChannel(dot1(window, pitch, rows, run, filter), channels, output, outputZero, low, high);
    }
    filter += filterBytes * BLOCK;
    channels += CHANNEL_BYTES * BLOCK;
    output += BLOCK;
  }
}

/** All output channels of two windows: SIMD reads each filter block once for both. */
export function twoWindowsTimesFilters(
  window0: usize, pitch0: usize, window1: usize, pitch1: usize, rows: i32, run: i32,
  filter: usize, channels: usize, output: usize, outputPitch: usize, count: i32,
  outputZero: i32, low: i32, high: i32
): void {
  if (!ASC_FEATURE_SIMD) {
    windowTimesFilters(window0, pitch0, rows, run, filter, channels, output, count, outputZero, low, high);
    windowTimesFilters(window1, pitch1, rows, run, filter, channels, output + outputPitch, count, outputZero, low, high);
  } else for (let o = 0; o < count; o += 4) {
    let a0 = i32x4.splat(0), a1 = i32x4.splat(0), a2 = i32x4.splat(0), a3 = i32x4.splat(0);
    let b0 = i32x4.splat(0), b1 = i32x4.splat(0), b2 = i32x4.splat(0), b3 = i32x4.splat(0);
    let w = filter, row0 = window0, row1 = window1, row = rows;
    // Cranelift likes do-while loops with one step a block: more unrolling spills registers.
    do {
      let x0 = row0, x1 = row1;
      const end = row0 + <usize>run;
      do {
        const u = v128.load_ext<i8>(x0), v = v128.load_ext<i8>(x1);
        const w0 = v128.load_ext<i8>(w), w1 = v128.load_ext<i8>(w, 8);
        const w2 = v128.load_ext<i8>(w, 16), w3 = v128.load_ext<i8>(w, 24);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, w0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, w1));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, w2));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, w3));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, w0));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, w1));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, w2));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, w3));
        x0 += 8; x1 += 8; w += 32;
      } while (x0 < end);
      row0 += pitch0; row1 += pitch1;
    } while (--row);
    storeBlock(addLanes(a0, a1, a2, a3), channels, output, count - o, outputZero, low, high);
    storeBlock(addLanes(b0, b1, b2, b3), channels, output + outputPitch, count - o, outputZero, low, high);
    filter = w;
    channels += CHANNEL_BYTES * 4;
    output += 4;
  }
}

/** One window times one filter. */
// @ts-ignore: decorator
@inline
function dot1(window: usize, pitch: usize, rows: i32, run: i32, filter: usize): i32 {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    let x = window, w = filter;
    const end = window + <usize>run, whole = window + <usize>(run & ~3);
    while (x < whole) {
      sum += <i32>load<i8>(x) * <i32>load<i8>(w) + <i32>load<i8>(x, 1) * <i32>load<i8>(w, 1)
        + <i32>load<i8>(x, 2) * <i32>load<i8>(w, 2) + <i32>load<i8>(x, 3) * <i32>load<i8>(w, 3);
      x += 4; w += 4;
    }
    while (x < end) {
      sum += <i32>load<i8>(x) * <i32>load<i8>(w);
      x++; w++;
    }
    window += pitch;
    filter += <usize>run;
  }
  return sum;
}

/** One window times a block of four filters. */
// @ts-ignore: decorator
@inline
function dot4(window: usize, pitch: usize, rows: i32, run: i32, filter: usize): v128 {
  let a0 = i32x4.splat(0), a1 = i32x4.splat(0), a2 = i32x4.splat(0), a3 = i32x4.splat(0);
  do {
    let x = window;
    const end = window + <usize>run;
    do {
      const u = v128.load_ext<i8>(x);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, v128.load_ext<i8>(filter)));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, v128.load_ext<i8>(filter, 8)));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, v128.load_ext<i8>(filter, 16)));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, v128.load_ext<i8>(filter, 24)));
      x += 8; filter += 32;
    } while (x < end);
    window += pitch;
  } while (--rows);
  return addLanes(a0, a1, a2, a3);
}

/** The four sums of four vectors. */
// @ts-ignore: decorator
@inline
function addLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

/** Stores the first min(count, 4) of four accumulators. */
// @ts-ignore: decorator
@inline
function storeBlock(sums: v128, channels: usize, output: usize, count: i32, outputZero: i32, low: i32, high: i32): void {
  storeChannel(i32x4.extract_lane(sums, 0), channels, output, outputZero, low, high);
  if (count > 1) storeChannel(i32x4.extract_lane(sums, 1), channels + CHANNEL_BYTES, output + 1, outputZero, low, high);
  if (count > 2) storeChannel(i32x4.extract_lane(sums, 2), channels + CHANNEL_BYTES * 2, output + 2, outputZero, low, high);
  if (count > 3) storeChannel(i32x4.extract_lane(sums, 3), channels + CHANNEL_BYTES * 3, output + 3, outputZero, low, high);
}
