// Products of pixels, or rows, of int16 with blocks of 16, 8 or 4 output channels: the inner loops of conv2d-blocks.
// A window is `rows` runs of `pairs` pairs of int16, `pitch` bytes apart; a step takes one pair of each window of the tile,
// broadcast, times a pair of each channel. Weights, of type W, lie as src-ts/ops/parts/channel-blocks.ts packs them;
// Scale: requantize-lanes.ts.
// Tiles are as large as 16 vector registers allow, with do-while loops of one step a block: Cranelift spills otherwise.

import { bytesOf, storeFirst, storeFour4, storeFour8 } from "./requantize-lanes";

/** Four channels' pairs of weights, the `i`-th vector of int16 from `at`. */
// @ts-ignore: decorator
@inline
function weights<W>(at: usize, i: usize): v128 {
  return sizeof<W>() == 1 ? v128.load_ext<i8>(at + 8 * i) : v128.load(at + 16 * i);
}

/** 16 channels of `count` windows, `step` bytes apart. `used` of the channels are stored. */
export function products16<W, Scale>(
  window: usize, step: usize, count: i32, rows: i32, pitch: usize, pairs: i32,
  filter: usize, channels: usize, output: usize, outputPitch: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  const runBytes = <usize>pairs << 2, skip = pitch - runBytes;
  const last = window + step * <usize>(count - 1);
  do {
    // The last window of an odd count is computed twice.
    const next = window == last ? 0 : step;
    let a0 = v128.load(channels), a1 = v128.load(channels, 16), a2 = v128.load(channels, 32), a3 = v128.load(channels, 48);
    let b0 = a0, b1 = a1, b2 = a2, b3 = a3;
    let x = window, y = window + next, w = filter, row = rows;
    let u: v128, v: v128, w0: v128, w1: v128, w2: v128, w3: v128;
    do {
      const end = x + runBytes, fours = x + (runBytes & ~15);
      // Four pairs at a time. The branches are never taken: they keep Cranelift from loading all before it multiplies, which spills.
      if (x != fours) do {
        const xs = v128.load(x), ys = v128.load(y);
        u = v128.shuffle<i32>(xs, xs, 0, 0, 0, 0); v = v128.shuffle<i32>(ys, ys, 0, 0, 0, 0);
        w0 = weights<W>(w, 0); w1 = weights<W>(w, 1); w2 = weights<W>(w, 2); w3 = weights<W>(w, 3);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, w0)); b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, w0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, w1)); b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, w1));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, w2)); b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, w2));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, w3)); b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, w3));
        if (!w) break;
        u = v128.shuffle<i32>(xs, xs, 1, 1, 1, 1); v = v128.shuffle<i32>(ys, ys, 1, 1, 1, 1);
        w0 = weights<W>(w, 4); w1 = weights<W>(w, 5); w2 = weights<W>(w, 6); w3 = weights<W>(w, 7);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, w0)); b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, w0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, w1)); b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, w1));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, w2)); b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, w2));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, w3)); b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, w3));
        if (!w) break;
        u = v128.shuffle<i32>(xs, xs, 2, 2, 2, 2); v = v128.shuffle<i32>(ys, ys, 2, 2, 2, 2);
        w0 = weights<W>(w, 8); w1 = weights<W>(w, 9); w2 = weights<W>(w, 10); w3 = weights<W>(w, 11);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, w0)); b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, w0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, w1)); b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, w1));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, w2)); b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, w2));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, w3)); b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, w3));
        if (!w) break;
        u = v128.shuffle<i32>(xs, xs, 3, 3, 3, 3); v = v128.shuffle<i32>(ys, ys, 3, 3, 3, 3);
        w0 = weights<W>(w, 12); w1 = weights<W>(w, 13); w2 = weights<W>(w, 14); w3 = weights<W>(w, 15);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, w0)); b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, w0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, w1)); b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, w1));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, w2)); b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, w2));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, w3)); b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, w3));
        x += 16; y += 16; w += 128 * sizeof<W>();
      } while (x != fours);
      if (x != end) do {
        u = v128.load_splat<i32>(x); v = v128.load_splat<i32>(y);
        w0 = weights<W>(w, 0); w1 = weights<W>(w, 1); w2 = weights<W>(w, 2); w3 = weights<W>(w, 3);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, w0)); b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, w0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, w1)); b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, w1));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, w2)); b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, w2));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, w3)); b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, w3));
        x += 4; y += 4; w += 32 * sizeof<W>();
      } while (x != end);
      x += skip; y += skip;
    } while (--row);
    const m = channels + 64;
    u = bytesOf<Scale>(a0, a1, a2, a3, m, m + 16, m + 32, m + 48, 64, shift, lows, highs);
    v = bytesOf<Scale>(b0, b1, b2, b3, m, m + 16, m + 32, m + 48, 64, shift, lows, highs);
    const nextOutput = output + (next ? outputPitch : 0);
    if (used == 16) {
      v128.store(output, u);
      v128.store(nextOutput, v);
    } else {
      storeFirst(output, u, used);
      storeFirst(nextOutput, v, used);
    }
    window += 2 * step; output += 2 * outputPitch;
  } while (window <= last);
}

/** 16 channels of one window. */
export function product16<W, Scale>(
  window: usize, rows: i32, pitch: usize, pairs: i32,
  filter: usize, channels: usize, output: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  let a0 = v128.load(channels), a1 = v128.load(channels, 16), a2 = v128.load(channels, 32), a3 = v128.load(channels, 48);
  const runBytes = <usize>pairs << 2;
  do {
    let x = window;
    const end = x + runBytes;
    do {
      const u = v128.load_splat<i32>(x);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, weights<W>(filter, 0)));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, weights<W>(filter, 1)));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, weights<W>(filter, 2)));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, weights<W>(filter, 3)));
      x += 4; filter += 32 * sizeof<W>();
    } while (x != end);
    window += pitch;
  } while (--rows);
  const m = channels + 64;
  const u = bytesOf<Scale>(a0, a1, a2, a3, m, m + 16, m + 32, m + 48, 64, shift, i8x16.splat(<i8>low), i8x16.splat(<i8>high));
  if (used == 16) v128.store(output, u);
  else storeFirst(output, u, used);
}

/** 8 channels of one window. */
export function product8<W, Scale>(
  window: usize, rows: i32, pitch: usize, pairs: i32,
  filter: usize, channels: usize, output: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  let a0 = v128.load(channels), a1 = v128.load(channels, 16);
  const runBytes = <usize>pairs << 2;
  do {
    let x = window;
    const end = x + runBytes;
    do {
      const u = v128.load_splat<i32>(x);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, weights<W>(filter, 0)));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, weights<W>(filter, 1)));
      x += 4; filter += 16 * sizeof<W>();
    } while (x != end);
    window += pitch;
  } while (--rows);
  const m = channels + 32;
  storeFirst(output, bytesOf<Scale>(a0, a1, a0, a1, m, m + 16, m, m + 16, 32, shift, i8x16.splat(<i8>low), i8x16.splat(<i8>high)), used);
}

/** 8 channels of `count` windows, four at a time. */
export function products8<W, Scale>(
  window: usize, step: usize, count: i32, rows: i32, pitch: usize, pairs: i32,
  filter: usize, channels: usize, output: usize, outputPitch: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  const runBytes = <usize>pairs << 2, skip = pitch - runBytes;
  for (let left = count; left > 0; left -= 4) {
    // Where less than four are left, the last is computed several times.
    const i1 = <usize>min(1, left - 1), i2 = <usize>min(2, left - 1), i3 = <usize>min(3, left - 1);
    let a0 = v128.load(channels), a1 = v128.load(channels, 16);
    let b0 = a0, b1 = a1, c0 = a0, c1 = a1, d0 = a0, d1 = a1;
    let x = window, w = filter, row = rows;
    let y = x + step * i1, z = x + step * i2, t = x + step * i3;
    do {
      const end = x + runBytes;
      do {
        const w0 = weights<W>(w, 0), w1 = weights<W>(w, 1);
        const u0 = v128.load_splat<i32>(x), u1 = v128.load_splat<i32>(y), u2 = v128.load_splat<i32>(z), u3 = v128.load_splat<i32>(t);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u0, w0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u0, w1));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(u1, w0));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(u1, w1));
        c0 = i32x4.add(c0, i32x4.dot_i16x8_s(u2, w0));
        c1 = i32x4.add(c1, i32x4.dot_i16x8_s(u2, w1));
        d0 = i32x4.add(d0, i32x4.dot_i16x8_s(u3, w0));
        d1 = i32x4.add(d1, i32x4.dot_i16x8_s(u3, w1));
        x += 4; y += 4; z += 4; t += 4; w += 16 * sizeof<W>();
      } while (x != end);
      x += skip; y += skip; z += skip; t += skip;
    } while (--row);
    const m = channels + 32;
    const ab = bytesOf<Scale>(a0, a1, b0, b1, m, m + 16, m, m + 16, 32, shift, lows, highs);
    const cd = bytesOf<Scale>(c0, c1, d0, d1, m, m + 16, m, m + 16, 32, shift, lows, highs);
    const o1 = output + outputPitch * i1, o2 = output + outputPitch * i2, o3 = output + outputPitch * i3;
    storeFour8(ab, cd, output, o1, o2, o3, used);
    window += 4 * step; output += 4 * outputPitch;
  }
}

/** 4 channels of `count` windows, four at a time. */
export function products4<W, Scale>(
  window: usize, step: usize, count: i32, rows: i32, pitch: usize, pairs: i32,
  filter: usize, channels: usize, output: usize, outputPitch: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  const runBytes = <usize>pairs << 2, skip = pitch - runBytes;
  for (let left = count; left > 0; left -= 4) {
    const i1 = <usize>min(1, left - 1), i2 = <usize>min(2, left - 1), i3 = <usize>min(3, left - 1);
    let a = v128.load(channels), b = a, c = a, d = a;
    let x = window, w = filter, row = rows;
    let y = x + step * i1, z = x + step * i2, t = x + step * i3;
    do {
      const end = x + runBytes;
      do {
        const w0 = weights<W>(w, 0);
        a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load_splat<i32>(x), w0));
        b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load_splat<i32>(y), w0));
        c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load_splat<i32>(z), w0));
        d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load_splat<i32>(t), w0));
        x += 4; y += 4; z += 4; t += 4; w += 8 * sizeof<W>();
      } while (x != end);
      x += skip; y += skip; z += skip; t += skip;
    } while (--row);
    const m = channels + 16;
    const abcd = bytesOf<Scale>(a, b, c, d, m, m, m, m, 16, shift, lows, highs);
    const o1 = output + outputPitch * i1, o2 = output + outputPitch * i2, o3 = output + outputPitch * i3;
    storeFour4(abcd, output, o1, o2, o3, used);
    window += 4 * step; output += 4 * outputPitch;
  }
}
