// CONV_2D along one axis with few weights that are not zero: lanes are output pixels. Scratch holds rows of channels (and, with a stride, of
// each phase of them) as int16 with the zero point around; a weight is a place in it. `Row` is
// - i16, any pattern: a row for each channel. Two weights of an output channel are one step: their rows are interleaved, and
//   i32x4.dot_i16x8_s adds both products;
// - i32, blocks of four neighbouring inputs of one output: a row for each two channels, interleaved already. A block is one step of two rows.

import { BLOCK_CHANNEL_BYTES, packLanes, requantizeBy } from "./requantize-lanes";
import { fillRows } from "./sparse-rows";

/** Bytes of a step: two places of 16 bits, two weights of 16 bits, or four. */
// @ts-ignore: decorator
@inline
function stepBytes<Row>(): usize {
  return sizeof<Row>() == 4 ? 12 : 8;
}

/**
 * `inT` pixels to `outT`, `piece` at a time, a multiple of 32. `steps` as `sparseSteps` writes them; `rowPixels` of scratch for each row;
 * behind them four rows of `piece` bytes for outputs.
 */
export function conv2dSparse<Row>(
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
      fillRows<Row>(input, inPitch, inT, inC, scratch, rowPixels, stride, t * stride - pad, (count - 1) * stride + span, inputZero);
      let step = steps, c = channels, to = output + <usize>t * outPitch;
      for (let o = 0; o < outC; o += 4) {
        const used = min(4, outC - o);
        for (let row = 0; row < used; row++) {
          const from = step + stepBytes<Row>(), end = from + <usize>load<i32>(step) * stepBytes<Row>();
          const channel = c + (<usize>row << 2), line = four + <usize>(row * piece);
          let p = 0;
          for (; p + 16 < count; p += 32) {
            const x = scratch + <usize>p * sizeof<Row>(), to = line + <usize>p;
            if (sizeof<Row>() == 4) blocks32(x, from, end, channel, to, shift, low, high);
            else pixels32(x, from, end, channel, to, shift, low, high);
          }
          if (p < count) {
            const x = scratch + <usize>p * sizeof<Row>(), to = line + <usize>p;
            if (sizeof<Row>() == 4) blocks16(x, from, end, channel, to, shift, low, high);
            else pixels16(x, from, end, channel, to, shift, low, high);
          }
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
    steps += stepBytes<i16>();
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
    steps += stepBytes<i16>();
  } while (steps != end);
  storeBytes(a, b, c, d, channel, to, shift, low, high);
}

/** 32 outputs of one channel by blocks. */
function blocks32(x: usize, steps: usize, end: usize, channel: usize, to: usize, shift: i32, low: i32, high: i32): void {
  let a = v128.load_splat<i32>(channel), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  do {
    const p = x + <usize>load<u16>(steps), q = x + <usize>load<u16>(steps, 2);
    const w = v128.load_splat<i32>(steps, 4), v = v128.load_splat<i32>(steps, 8);
    a = addPairs(a, v128.load(p), w, v128.load(q), v); b = addPairs(b, v128.load(p, 16), w, v128.load(q, 16), v);
    // As above.
    if (!steps) break;
    c = addPairs(c, v128.load(p, 32), w, v128.load(q, 32), v); d = addPairs(d, v128.load(p, 48), w, v128.load(q, 48), v);
    if (!steps) break;
    e = addPairs(e, v128.load(p, 64), w, v128.load(q, 64), v); f = addPairs(f, v128.load(p, 80), w, v128.load(q, 80), v);
    if (!steps) break;
    g = addPairs(g, v128.load(p, 96), w, v128.load(q, 96), v); h = addPairs(h, v128.load(p, 112), w, v128.load(q, 112), v);
    steps += stepBytes<i32>();
  } while (steps != end);
  storeBytes(a, b, c, d, channel, to, shift, low, high);
  storeBytes(e, f, g, h, channel, to + 16, shift, low, high);
}

/** 16 outputs of one channel by blocks. */
function blocks16(x: usize, steps: usize, end: usize, channel: usize, to: usize, shift: i32, low: i32, high: i32): void {
  let a = v128.load_splat<i32>(channel), b = a, c = a, d = a;
  do {
    const p = x + <usize>load<u16>(steps), q = x + <usize>load<u16>(steps, 2);
    const w = v128.load_splat<i32>(steps, 4), v = v128.load_splat<i32>(steps, 8);
    a = addPairs(a, v128.load(p), w, v128.load(q), v); b = addPairs(b, v128.load(p, 16), w, v128.load(q, 16), v);
    c = addPairs(c, v128.load(p, 32), w, v128.load(q, 32), v); d = addPairs(d, v128.load(p, 48), w, v128.load(q, 48), v);
    steps += stepBytes<i32>();
  } while (steps != end);
  storeBytes(a, b, c, d, channel, to, shift, low, high);
}

// @ts-ignore: decorator
@inline
function addPairs(sum: v128, x: v128, w: v128, y: v128, v: v128): v128 {
  return i32x4.add(i32x4.add(sum, i32x4.dot_i16x8_s(x, w)), i32x4.dot_i16x8_s(y, v));
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
 * order [taps, inC]; writes the number of pairs, fills up the step, then the pairs. An odd last weight has a partner of zero.
 */
export function sparseSteps(from: usize, outC: i32, inC: i32, stride: i32, dilation: i32, rowPixels: i32, to: usize): void {
  for (let o = 0; o < outC; o++) {
    const count = <i32>load<u16>(from);
    from += 2;
    store<i32>(to, (count + 1) >> 1);
    to += stepBytes<i16>();
    let at = -1;
    for (let i = 0; i < ((count + 1) & ~1); i++) {
      const pair = to + stepBytes<i16>() * <usize>(i >> 1), second = <usize>(i & 1) << 1;
      if (i == count) {
        store<u16>(pair, load<u16>(pair), 2);
        break;
      }
      at += <i32>load<u8>(from) + 1;
      store<u16>(pair + second, rowPlace(at / inC, at % inC, stride, dilation, rowPixels) << 1);
      store<i16>(pair + second, load<i8>(from, 1), 4);
      from += 2;
    }
    to += stepBytes<i16>() * <usize>((count + 1) >> 1);
  }
}

/** Start-up: the same for blocks of four; reads how many a channel has, then for each the number of blocks of zeros before it and its values. */
export function sparseBlockSteps(from: usize, outC: i32, inC: i32, stride: i32, dilation: i32, rowPixels: i32, to: usize): void {
  const perTap = inC >> 2, nextRow = (stride * rowPixels) << 2;
  for (let o = 0; o < outC; o++) {
    let left = <i32>load<u16>(from);
    from += 2;
    store<i32>(to, left);
    to += stepBytes<i32>();
    for (let at = -1; left > 0; left--) {
      at += <i32>load<u8>(from) + 1;
      const place = rowPlace(at / perTap, (at % perTap) << 1, stride, dilation, rowPixels) << 2;
      store<u16>(to, place);
      store<u16>(to, place + nextRow, 2);
      for (let i: usize = 0; i < 4; i++) store<i16>(to + (i << 1), load<i8>(from + i, 1), 4);
      from += 5;
      to += stepBytes<i32>();
    }
  }
}

/** Pixels from the beginning of scratch to a tap's first in a row of channels. */
function rowPlace(tap: i32, row: i32, stride: i32, dilation: i32, rowPixels: i32): i32 {
  const pixel = tap * dilation;
  return (row * stride + pixel % stride) * rowPixels + pixel / stride;
}
