// CONV_2D along one axis with few weights that are not zero, of any pattern: lanes are output pixels. Scratch holds the input with a row for
// each channel (and, with a stride, for each phase of it), as int16 with the zero point around; a weight is a place in it. Two weights of
// an output channel are one step: their rows are interleaved, i32x4.dot_i16x8_s adds both products.

import { BLOCK_CHANNEL_BYTES, packLanes, requantizeBy } from "./requantize-lanes";

/** Bytes of two weights: two places of 16 bits, two weights of 16 bits. */
const STEP_BYTES: usize = 8;

/**
 * `inT` pixels to `outT`, `piece` at a time, a multiple of 32. `steps` as `sparseSteps` writes them; `rowPixels` of scratch for each row;
 * behind them four rows of `piece` bytes for outputs.
 */
export function conv2dSparse(
  input: usize, inPitch: usize, inT: i32, inC: i32,
  output: usize, outPitch: usize, outT: i32, outC: i32,
  steps: usize, stride: i32, span: i32, pad: i32,
  channels: usize, scratch: usize, rowPixels: i32, piece: i32, batches: i32,
  inputZero: i32, shift: i32, low: i32, high: i32
): void {
  const four = scratch + <usize>(((inC + 7) & ~7) * stride * rowPixels << 1);
  do {
    for (let t = 0; t < outT; t += piece) {
      const count = min(piece, outT - t);
      fillRows(input, inPitch, inT, inC, scratch, rowPixels, stride, t * stride - pad, (count - 1) * stride + span, inputZero);
      let step = steps, c = channels, to = output + <usize>t * outPitch;
      for (let o = 0; o < outC; o += 4) {
        const used = min(4, outC - o);
        for (let row = 0; row < used; row++) {
          const from = step + STEP_BYTES, end = from + <usize>load<i32>(step) * STEP_BYTES;
          const channel = c + (<usize>row << 2), line = four + <usize>(row * piece);
          let p = 0;
          for (; p + 16 < count; p += 32) pixels32(scratch + (<usize>p << 1), from, end, channel, line + <usize>p, shift, low, high);
          if (p < count) pixels16(scratch + (<usize>p << 1), from, end, channel, line + <usize>p, shift, low, high);
          step = end;
        }
        if (used == 4) storeFourRows(four, piece, to, outPitch, count);
        else storeRows(four, piece, to, outPitch, count, used);
        c += 4 * BLOCK_CHANNEL_BYTES;
        to += 4;
      }
    }
    input += <usize>inT * inPitch; output += <usize>outT * outPitch;
  } while (--batches);
}

/** 32 outputs of one channel, whose constants lie 16 bytes apart. */
function pixels32(x: usize, steps: usize, end: usize, channel: usize, to: usize, shift: i32, low: i32, high: i32): void {
  let a = v128.load_splat<i32>(channel), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  do {
    const p = x + <usize>load<u16>(steps), q = x + <usize>load<u16>(steps, 2), w = v128.load_splat<i32>(steps, 4);
    let u = v128.load(p), v = v128.load(q);
    a = addFirst(a, u, v, w); b = addLast(b, u, v, w);
    // The branches are never taken: they keep Cranelift from loading all before it multiplies, which spills.
    if (!steps) break;
    u = v128.load(p, 16); v = v128.load(q, 16);
    c = addFirst(c, u, v, w); d = addLast(d, u, v, w);
    if (!steps) break;
    u = v128.load(p, 32); v = v128.load(q, 32);
    e = addFirst(e, u, v, w); f = addLast(f, u, v, w);
    if (!steps) break;
    u = v128.load(p, 48); v = v128.load(q, 48);
    g = addFirst(g, u, v, w); h = addLast(h, u, v, w);
    steps += STEP_BYTES;
  } while (steps != end);
  storeBytes(a, b, c, d, channel, to, shift, low, high);
  storeBytes(e, f, g, h, channel, to + 16, shift, low, high);
}

/** 16 outputs of one channel. */
function pixels16(x: usize, steps: usize, end: usize, channel: usize, to: usize, shift: i32, low: i32, high: i32): void {
  let a = v128.load_splat<i32>(channel), b = a, c = a, d = a;
  do {
    const p = x + <usize>load<u16>(steps), q = x + <usize>load<u16>(steps, 2), w = v128.load_splat<i32>(steps, 4);
    let u = v128.load(p), v = v128.load(q);
    a = addFirst(a, u, v, w); b = addLast(b, u, v, w);
    u = v128.load(p, 16); v = v128.load(q, 16);
    c = addFirst(c, u, v, w); d = addLast(d, u, v, w);
    steps += STEP_BYTES;
  } while (steps != end);
  storeBytes(a, b, c, d, channel, to, shift, low, high);
}

/** Adds two weights' products of the first four of eight pixels. */
// @ts-ignore: decorator
@inline
function addFirst(sum: v128, u: v128, v: v128, weights: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(v128.shuffle<i16>(u, v, 0, 8, 1, 9, 2, 10, 3, 11), weights));
}

/** Of the last four. */
// @ts-ignore: decorator
@inline
function addLast(sum: v128, u: v128, v: v128, weights: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(v128.shuffle<i16>(u, v, 4, 12, 5, 13, 6, 14, 7, 15), weights));
}

// @ts-ignore: decorator
@inline
function storeBytes(a: v128, b: v128, c: v128, d: v128, channel: usize, to: usize, shift: i32, low: i32, high: i32): void {
  const m = v128.load_splat<i32>(channel, 16), power = v128.load_splat<i32>(channel, 32);
  const sign = v128.load_splat<i32>(channel, 48), offset = v128.load_splat<i32>(channel, 64);
  v128.store(to, packLanes(
    requantizeBy(a, m, power, sign, offset, shift), requantizeBy(b, m, power, sign, offset, shift),
    requantizeBy(c, m, power, sign, offset, shift), requantizeBy(d, m, power, sign, offset, shift),
    i8x16.splat(<i8>low), i8x16.splat(<i8>high)
  ));
}

/** `pixels` pixels from `first` on, borders included, into the rows of scratch. */
function fillRows(
  input: usize, pitch: usize, inT: i32, inC: i32, rows: usize, rowPixels: i32, stride: i32, first: i32, pixels: i32, zero: i32
): void {
  const from = max(first, 0), inside = max(min(first + pixels, inT) - from, 0), left = min(from - first, pixels);
  const rowBytes = <usize>rowPixels << 1, step = rowBytes * <usize>stride, longest = (pixels + stride - 1) / stride;
  for (let phase = 0; phase < stride; phase++) {
    // The phase's pixels in the border on the left, and the input's first and how many there are.
    const before = (left - phase + stride - 1) / stride, next = before * stride + phase;
    const count = max((left + inside - next + stride - 1) / stride, 0);
    const to = rows + <usize>phase * rowBytes;
    if (before > 0) fillAll(to, step, inC, before, zero);
    transpose(input + <usize>(first + next) * pitch, pitch * <usize>stride, count, inC, to + (<usize>before << 1), step);
    if (before + count < longest) fillAll(to + (<usize>(before + count) << 1), step, inC, longest - before - count, zero);
  }
}

/** The zero point as the next `count` pixels of each channel, and of up to 7 more. */
function fillAll(to: usize, step: usize, channels: i32, count: i32, zero: i32): void {
  const value = i16x8.splat(<i16>zero);
  for (; channels > 0; channels--) {
    for (let i = 0; i < count; i += 8) v128.store(to + (<usize>i << 1), value);
    to += step;
  }
}

/** Pixels of int8 to rows of int16, `step` bytes apart. */
function transpose(from: usize, pitch: usize, count: i32, channels: i32, to: usize, step: usize): void {
  if (count < 8) {
    for (let p = 0; p < count; p++) {
      for (let c = 0; c < channels; c++) store<i16>(to + <usize>c * step + (<usize>p << 1), load<i8>(from + <usize>c));
      from += pitch;
    }
    return;
  }
  for (let p = 0; p < count; p += 8) {
    // The last eight overlap those before.
    const at = <usize>min(p, count - 8);
    for (let c = 0; c < channels; c += 8) transposeEight(from + at * pitch + <usize>c, pitch, to + <usize>c * step + (at << 1), step);
  }
}

function transposeEight(from: usize, pitch: usize, to: usize, step: usize): void {
  const a = v128.load_ext<i8>(from), b = v128.load_ext<i8>(from + pitch);
  const c = v128.load_ext<i8>(from + 2 * pitch), d = v128.load_ext<i8>(from + 3 * pitch);
  from += 4 * pitch;
  const e = v128.load_ext<i8>(from), f = v128.load_ext<i8>(from + pitch);
  const g = v128.load_ext<i8>(from + 2 * pitch), h = v128.load_ext<i8>(from + 3 * pitch);
  fourRows(firstOf16(a, b), firstOf16(c, d), firstOf16(e, f), firstOf16(g, h), to, step);
  fourRows(lastOf16(a, b), lastOf16(c, d), lastOf16(e, f), lastOf16(g, h), to + 4 * step, step);
}

/** Four channels of eight pixels, of which two neighbours are interleaved in each vector. */
// @ts-ignore: decorator
@inline
function fourRows(ab: v128, cd: v128, ef: v128, gh: v128, to: usize, step: usize): void {
  let early = v128.shuffle<i32>(ab, cd, 0, 4, 1, 5), late = v128.shuffle<i32>(ef, gh, 0, 4, 1, 5);
  v128.store(to, v128.shuffle<i64>(early, late, 0, 2));
  v128.store(to + step, v128.shuffle<i64>(early, late, 1, 3));
  early = v128.shuffle<i32>(ab, cd, 2, 6, 3, 7); late = v128.shuffle<i32>(ef, gh, 2, 6, 3, 7);
  v128.store(to + 2 * step, v128.shuffle<i64>(early, late, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<i64>(early, late, 1, 3));
}

// @ts-ignore: decorator
@inline
function firstOf16(u: v128, v: v128): v128 {
  return v128.shuffle<i16>(u, v, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function lastOf16(u: v128, v: v128): v128 {
  return v128.shuffle<i16>(u, v, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Four rows of bytes, `pitch` apart, as four neighbouring channels of `count` pixels. */
function storeFourRows(rows: usize, pitch: i32, to: usize, outPitch: usize, count: i32): void {
  for (let p = 0; p < count; p += 4) {
    const at = rows + <usize>p;
    const ac = v128.load32_lane(at + <usize>(2 * pitch), v128.load32_zero(at), 1);
    const bd = v128.load32_lane(at + <usize>(3 * pitch), v128.load32_zero(at + <usize>pitch), 1);
    const two = v128.shuffle<i8>(ac, bd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const all = v128.shuffle<i16>(two, two, 0, 4, 1, 5, 2, 6, 3, 7);
    v128.store32_lane(to, all, 0);
    if (p + 1 < count) v128.store32_lane(to + outPitch, all, 1);
    if (p + 2 < count) v128.store32_lane(to + 2 * outPitch, all, 2);
    if (p + 3 < count) v128.store32_lane(to + 3 * outPitch, all, 3);
    to += 4 * outPitch;
  }
}

function storeRows(rows: usize, pitch: i32, to: usize, outPitch: usize, count: i32, used: i32): void {
  for (let p = 0; p < count; p++) {
    for (let row = 0; row < used; row++) store<i8>(to + <usize>row, load<i8>(rows + <usize>(row * pitch + p)));
    to += outPitch;
  }
}

/**
 * Start-up: reads for each output channel how many weights it has (int16), then for each the number of zeros before it (u8) and its value (int8), in the
 * order [taps, inC]; writes the number of pairs and 4 bytes of nothing, then the pairs. An odd last weight has a partner of zero.
 */
export function sparseSteps(from: usize, outC: i32, inC: i32, stride: i32, dilation: i32, rowPixels: i32, to: usize): void {
  for (let o = 0; o < outC; o++) {
    const count = <i32>load<u16>(from);
    from += 2;
    store<i32>(to, (count + 1) >> 1);
    to += STEP_BYTES;
    let at = -1;
    for (let i = 0; i < ((count + 1) & ~1); i++) {
      const pair = to + STEP_BYTES * <usize>(i >> 1), second = <usize>(i & 1) << 1;
      if (i == count) {
        store<u16>(pair, load<u16>(pair), 2);
        break;
      }
      at += <i32>load<u8>(from) + 1;
      const pixel = (at / inC) * dilation, row = (at % inC) * stride + pixel % stride;
      store<u16>(pair + second, (row * rowPixels + pixel / stride) << 1);
      store<i16>(pair + second, load<i8>(from, 1), 4);
      from += 2;
    }
    to += STEP_BYTES * <usize>((count + 1) >> 1);
  }
}
