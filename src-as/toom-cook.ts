// What the text of src-ts/ops/kernels/conv2d-toom-cook.ts calls: everything of an integer Toom-Cook convolution but its two transforms.

import { packLanes, requantizeScaled, storeFirst } from "./requantize-lanes";

/**
 * At start-up: int8 filters [outC, taps, inC] to int16 [block of 16 channels, point, pair of inputs, channel, 2]. `matrix` is G, int16
 * [points, partTaps]; `order` says which tap of the filter is which of a part, int8 [parts, partTaps], −1 for none.
 * Inputs are parts · inC, inC even and at least 8; unused channels of the last block stay zero. Sums may wrap on the way: results fit.
 */
export function transformFilters(
  filter: usize, outC: i32, taps: i32, inC: i32, matrix: usize, points: i32, order: usize, parts: i32, partTaps: i32, to: usize
): void {
  const inputs = parts * inC;
  for (let o = 0; o < outC; o++) {
    const block = to + <usize>((o >> 4) * points * inputs * 16) * 2 + (<usize>(o & 15) << 2);
    for (let point = 0; point < points; point++) {
      const row = matrix + (<usize>(point * partTaps) << 1);
      for (let part = 0; part < parts; part++) {
        // Eight inputs at a time; the last eight may overlap those before.
        for (let c = 0; c < inC; c = c + 8 < inC ? min(c + 8, inC - 8) : inC) {
          let sum = i16x8.splat(0);
          for (let j = 0; j < partTaps; j++) {
            const tap = <i32>load<i8>(order + <usize>(part * partTaps + j));
            if (tap < 0) continue;
            const w = v128.load_ext<i8>(filter + <usize>((o * taps + tap) * inC + c));
            sum = i16x8.add(sum, i16x8.mul(w, v128.load_splat<i16>(row + (<usize>j << 1))));
          }
          const at = block + (<usize>(point * inputs + part * inC + c) << 5);
          v128.store32_lane(at, sum, 0);
          v128.store32_lane(at, sum, 1, 64);
          v128.store32_lane(at, sum, 2, 128);
          v128.store32_lane(at, sum, 3, 192);
        }
      }
    }
  }
}

/** Copies `count` pixels from pixel `first` on; those outside of 0 … inT − 1 become the zero point. */
export function copyPixels(to: usize, input: usize, pitch: usize, inT: i32, inC: i32, first: i32, count: i32, zero: i32): void {
  const from = max(first, 0), end = min(first + count, inT);
  const inside = max(end - from, 0), left = min(from - first, count);
  memory.fill(to, <u8>zero, <usize>(left * inC));
  to += <usize>(left * inC);
  let x = input + <usize>from * pitch;
  if (pitch == <usize>inC) {
    memory.copy(to, x, <usize>(inside * inC));
    to += <usize>(inside * inC);
  } else for (let i = 0; i < inside; i++) {
    memory.copy(to, x, <usize>inC);
    to += <usize>inC; x += pitch;
  }
  memory.fill(to, <u8>zero, <usize>((count - left - inside) * inC));
}

/**
 * For every point the product of `tiles` transformed tiles, each `tileBytes` of pairs of int16, with the weights of 16 channels:
 * sums of int32 [point, tile, 16]. Tiles come in twos: of an odd number one more is read and written.
 */
export function pointProducts(tile: usize, tileBytes: usize, weights: usize, sums: usize, points: i32, tiles: i32, pitch: usize, sumPitch: usize): void {
  const weightBytes = tileBytes << 4, foursBytes = tileBytes & ~15;
  do {
    let x = tile, sum = sums, left = tiles;
    do {
      let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      let u: v128, v: v128, w0: v128, w1: v128, w2: v128, w3: v128;
      let w = weights, y = x + tileBytes;
      const end = y, fours = x + foursBytes;
      // Four pairs at a time. The branches are never taken: they keep Cranelift from loading all before it multiplies, which spills.
      if (x != fours) do {
        const xs = v128.load(x), ys = v128.load(y);
        u = v128.shuffle<i32>(xs, xs, 0, 0, 0, 0); v = v128.shuffle<i32>(ys, ys, 0, 0, 0, 0);
        w0 = v128.load(w); w1 = v128.load(w, 16); w2 = v128.load(w, 32); w3 = v128.load(w, 48);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, w0)); b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, w0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, w1)); b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, w1));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, w2)); b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, w2));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, w3)); b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, w3));
        if (!w) break;
        u = v128.shuffle<i32>(xs, xs, 1, 1, 1, 1); v = v128.shuffle<i32>(ys, ys, 1, 1, 1, 1);
        w0 = v128.load(w, 64); w1 = v128.load(w, 80); w2 = v128.load(w, 96); w3 = v128.load(w, 112);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, w0)); b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, w0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, w1)); b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, w1));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, w2)); b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, w2));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, w3)); b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, w3));
        if (!w) break;
        u = v128.shuffle<i32>(xs, xs, 2, 2, 2, 2); v = v128.shuffle<i32>(ys, ys, 2, 2, 2, 2);
        w0 = v128.load(w, 128); w1 = v128.load(w, 144); w2 = v128.load(w, 160); w3 = v128.load(w, 176);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, w0)); b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, w0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, w1)); b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, w1));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, w2)); b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, w2));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, w3)); b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, w3));
        if (!w) break;
        u = v128.shuffle<i32>(xs, xs, 3, 3, 3, 3); v = v128.shuffle<i32>(ys, ys, 3, 3, 3, 3);
        w0 = v128.load(w, 192); w1 = v128.load(w, 208); w2 = v128.load(w, 224); w3 = v128.load(w, 240);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, w0)); b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, w0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, w1)); b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, w1));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, w2)); b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, w2));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, w3)); b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, w3));
        x += 16; y += 16; w += 256;
      } while (x != fours);
      if (x != end) do {
        u = v128.load_splat<i32>(x); v = v128.load_splat<i32>(y);
        w0 = v128.load(w); w1 = v128.load(w, 16); w2 = v128.load(w, 32); w3 = v128.load(w, 48);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(u, w0)); b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, w0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(u, w1)); b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, w1));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(u, w2)); b2 = i32x4.add(b2, i32x4.dot_i16x8_s(v, w2));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(u, w3)); b3 = i32x4.add(b3, i32x4.dot_i16x8_s(v, w3));
        x += 4; y += 4; w += 64;
      } while (x != end);
      v128.store(sum, a0); v128.store(sum, a1, 16); v128.store(sum, a2, 32); v128.store(sum, a3, 48);
      v128.store(sum, b0, 64); v128.store(sum, b1, 80); v128.store(sum, b2, 96); v128.store(sum, b3, 112);
      x = y; sum += 128; left -= 2;
    } while (left > 0);
    tile += pitch; sums += sumPitch; weights += weightBytes;
  } while (--points);
}

/** Four sums with their bias on the output's scale. */
// @ts-ignore: decorator
@inline
function finish(sums: usize, channels: usize, i: usize, shift: i32): v128 {
  const scaled = i32x4.add(i32x4.mul(v128.load(sums + i), v128.load(channels + i, 128)), v128.load(channels + i));
  return requantizeScaled(scaled, v128.load(channels + i, 64), v128.load(channels + i, 192), v128.load(channels + i, 256), shift);
}

/**
 * Requantizes 16 channels of tiles of `rows` × `columns` outputs, sums of int32 [row, column, tile, 16], and stores `used` of them.
 * Rows lie `line` bytes apart, columns `pitch`, tiles `step`, the last `last` bytes from the first.
 */
export function finishTiles(
  sums: usize, sumPitch: usize, tiles: i32,
  output: usize, step: usize, last: usize, rows: i32, line: usize, columns: i32, pitch: usize,
  channels: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  let at: usize = 0;
  do {
    let s = sums, from = output + at, row = rows;
    do {
      let to = from, left = columns;
      do {
        const bytes = packLanes(
          finish(s, channels, 0, shift), finish(s, channels, 16, shift), finish(s, channels, 32, shift), finish(s, channels, 48, shift),
          lows, highs
        );
        if (used == 16) v128.store(to, bytes);
        else storeFirst(to, bytes, used);
        s += sumPitch; to += pitch;
      } while (--left);
      from += line;
    } while (--row);
    sums += 64; at = min(at + step, last);
  } while (--tiles);
}
