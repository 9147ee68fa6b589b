// Products of pixels of int8 with blocks of 24, 16, 8 or 4 output channels by i32x4.relaxed_dot_i8x16_i7x16_add_s: the inner loops of
// conv2d-relaxed. A window is `rows` runs of `run` bytes, `pitch` bytes apart; a step takes four bytes of each window of the tile, broadcast,
// times four of each channel. Weights lie as src-ts/ops/kernels/conv2d-relaxed.ts packs them. Activations are raised by 128 where the
// instruction sees them unsigned: `flip` is 0x80808080 then, else 0; a scalar, so that 15 vector registers hold the tile of 24 channels.

import { bytesOf, storeFirst, storeFour4, storeFour8 } from "./requantize-lanes";

/** Four bytes of a window in all lanes. */
// @ts-ignore: decorator
@inline
function four(at: usize, flip: i32): v128 {
  return i32x4.splat(load<i32>(at) ^ flip);
}

// @ts-ignore: decorator
@inline
function dot(w: v128, x: v128, sum: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(w, x, sum);
}

/** 24 channels of `count` windows, `step` bytes apart; the last of an odd count is computed twice. The first `used` channels are stored. */
export function relaxed24<Scale>(
  window: usize, step: usize, count: i32, rows: i32, pitch: usize, run: usize, flip: i32,
  filter: usize, channels: usize, output: usize, outputPitch: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high), skip = pitch - run, m = channels + 96;
  for (let left = count; left > 0; left -= 2) {
    const next = left > 1 ? step : 0;
    let a0 = v128.load(channels), a1 = v128.load(channels, 16), a2 = v128.load(channels, 32);
    let a3 = v128.load(channels, 48), a4 = v128.load(channels, 64), a5 = v128.load(channels, 80);
    let b0 = a0, b1 = a1, b2 = a2, b3 = a3, b4 = a4, b5 = a5;
    let x = window, y = window + next, w = filter, row = rows;
    do {
      const end = x + run;
      do {
        const u = four(x, flip), v = four(y, flip);
        const w0 = v128.load(w); a0 = dot(w0, u, a0); b0 = dot(w0, v, b0);
        const w1 = v128.load(w, 16); a1 = dot(w1, u, a1); b1 = dot(w1, v, b1);
        const w2 = v128.load(w, 32); a2 = dot(w2, u, a2); b2 = dot(w2, v, b2);
        const w3 = v128.load(w, 48); a3 = dot(w3, u, a3); b3 = dot(w3, v, b3);
        const w4 = v128.load(w, 64); a4 = dot(w4, u, a4); b4 = dot(w4, v, b4);
        const w5 = v128.load(w, 80); a5 = dot(w5, u, a5); b5 = dot(w5, v, b5);
        x += 4; y += 4; w += 96;
      } while (x != end);
      x += skip; y += skip;
    } while (--row);
    const a = bytesOf<Scale>(a0, a1, a2, a3, m, m + 16, m + 32, m + 48, 96, shift, lows, highs);
    const b = bytesOf<Scale>(b0, b1, b2, b3, m, m + 16, m + 32, m + 48, 96, shift, lows, highs);
    const ab = bytesOf<Scale>(a4, a5, b4, b5, m + 64, m + 80, m + 64, m + 80, 96, shift, lows, highs);
    const nextOutput = output + (next ? outputPitch : 0);
    v128.store(output, a);
    v128.store(nextOutput, b);
    if (used == 24) {
      v128.store64_lane(output + 16, ab, 0);
      v128.store64_lane(nextOutput + 16, ab, 1);
    } else {
      storeFirst(output + 16, ab, used - 16);
      storeFirst(nextOutput + 16, v128.shuffle<i64>(ab, ab, 1, 1), used - 16);
    }
    window += step << 1; output += outputPitch << 1;
  }
}

/** 16 channels, two windows at a time. */
export function relaxed16<Scale>(
  window: usize, step: usize, count: i32, rows: i32, pitch: usize, run: usize, flip: i32,
  filter: usize, channels: usize, output: usize, outputPitch: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high), skip = pitch - run, m = channels + 64;
  for (let left = count; left > 0; left -= 2) {
    const next = left > 1 ? step : 0;
    let a0 = v128.load(channels), a1 = v128.load(channels, 16), a2 = v128.load(channels, 32), a3 = v128.load(channels, 48);
    let b0 = a0, b1 = a1, b2 = a2, b3 = a3;
    let x = window, y = window + next, w = filter, row = rows;
    do {
      const end = x + run;
      do {
        const u = four(x, flip), v = four(y, flip);
        const w0 = v128.load(w); a0 = dot(w0, u, a0); b0 = dot(w0, v, b0);
        const w1 = v128.load(w, 16); a1 = dot(w1, u, a1); b1 = dot(w1, v, b1);
        const w2 = v128.load(w, 32); a2 = dot(w2, u, a2); b2 = dot(w2, v, b2);
        const w3 = v128.load(w, 48); a3 = dot(w3, u, a3); b3 = dot(w3, v, b3);
        x += 4; y += 4; w += 64;
      } while (x != end);
      x += skip; y += skip;
    } while (--row);
    const a = bytesOf<Scale>(a0, a1, a2, a3, m, m + 16, m + 32, m + 48, 64, shift, lows, highs);
    const b = bytesOf<Scale>(b0, b1, b2, b3, m, m + 16, m + 32, m + 48, 64, shift, lows, highs);
    const nextOutput = output + (next ? outputPitch : 0);
    if (used == 16) {
      v128.store(output, a);
      v128.store(nextOutput, b);
    } else {
      storeFirst(output, a, used);
      storeFirst(nextOutput, b, used);
    }
    window += step << 1; output += outputPitch << 1;
  }
}

/** 8 channels, four windows at a time; where less are left, the last is computed several times. */
export function relaxed8<Scale>(
  window: usize, step: usize, count: i32, rows: i32, pitch: usize, run: usize, flip: i32,
  filter: usize, channels: usize, output: usize, outputPitch: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high), skip = pitch - run, m = channels + 32;
  for (let left = count; left > 0; left -= 4) {
    const i1 = <usize>min(1, left - 1), i2 = <usize>min(2, left - 1), i3 = <usize>min(3, left - 1);
    let a0 = v128.load(channels), a1 = v128.load(channels, 16);
    let b0 = a0, b1 = a1, c0 = a0, c1 = a1, d0 = a0, d1 = a1;
    let x = window, w = filter, row = rows;
    let y = x + step * i1, z = x + step * i2, t = x + step * i3;
    do {
      const end = x + run;
      do {
        const w0 = v128.load(w), w1 = v128.load(w, 16);
        const u0 = four(x, flip); a0 = dot(w0, u0, a0); a1 = dot(w1, u0, a1);
        const u1 = four(y, flip); b0 = dot(w0, u1, b0); b1 = dot(w1, u1, b1);
        const u2 = four(z, flip); c0 = dot(w0, u2, c0); c1 = dot(w1, u2, c1);
        const u3 = four(t, flip); d0 = dot(w0, u3, d0); d1 = dot(w1, u3, d1);
        x += 4; y += 4; z += 4; t += 4; w += 32;
      } while (x != end);
      x += skip; y += skip; z += skip; t += skip;
    } while (--row);
    const ab = bytesOf<Scale>(a0, a1, b0, b1, m, m + 16, m, m + 16, 32, shift, lows, highs);
    const cd = bytesOf<Scale>(c0, c1, d0, d1, m, m + 16, m, m + 16, 32, shift, lows, highs);
    const o1 = output + outputPitch * i1, o2 = output + outputPitch * i2, o3 = output + outputPitch * i3;
    storeFour8(ab, cd, output, o1, o2, o3, used);
    window += step << 2; output += outputPitch << 2;
  }
}

/** 4 channels, four windows at a time; where less are left, the last is computed several times. */
export function relaxed4<Scale>(
  window: usize, step: usize, count: i32, rows: i32, pitch: usize, run: usize, flip: i32,
  filter: usize, channels: usize, output: usize, outputPitch: usize, used: i32, shift: i32, low: i32, high: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high), skip = pitch - run, m = channels + 16;
  for (let left = count; left > 0; left -= 4) {
    const i1 = <usize>min(1, left - 1), i2 = <usize>min(2, left - 1), i3 = <usize>min(3, left - 1);
    let a = v128.load(channels), b = a, c = a, d = a;
    let x = window, w = filter, row = rows;
    let y = x + step * i1, z = x + step * i2, t = x + step * i3;
    do {
      const end = x + run;
      do {
        const w0 = v128.load(w);
        a = dot(w0, four(x, flip), a);
        b = dot(w0, four(y, flip), b);
        c = dot(w0, four(z, flip), c);
        d = dot(w0, four(t, flip), d);
        x += 4; y += 4; z += 4; t += 4; w += 16;
      } while (x != end);
      x += skip; y += skip; z += skip; t += skip;
    } while (--row);
    const abcd = bytesOf<Scale>(a, b, c, d, m, m, m, m, 16, shift, lows, highs);
    const o1 = output + outputPitch * i1, o2 = output + outputPitch * i2, o3 = output + outputPitch * i3;
    storeFour4(abcd, output, o1, o2, o3, used);
    window += step << 2; output += outputPitch << 2;
  }
}
