// CONV_2D along one axis with few weights that are not zero: lanes are output pixels. Scratch holds rows of channels (and, with a stride, of
// each phase of them) as int16 with the zero point around; a weight is a place in it. `Row` is
// - i16, any pattern: a row for each channel. Two weights of an output channel are one step: their rows are interleaved, and
//   i32x4.dot_i16x8_s adds both products;
// - i32, blocks of four neighbouring inputs of one output: a row for each two channels, interleaved already. A block is one step of two rows.
// `Scale` is f32 or f64 where src-ts/ops/parts/float-scaling.ts or double-scaling.ts has constants, else i32.

import { channelBytes, packLanes, requantizeBy, scaleByDouble, scaleByFloat } from "./requantize-lanes";
import { fillRows, firstOf16, lastOf16 } from "./sparse-rows";

/** Bytes of a step: two places of 16 bits, two weights of 16 bits, or four. */
// @ts-ignore: decorator
@inline
function stepBytes<Row>(): usize {
  return sizeof<Row>() == 4 ? 12 : 8;
}

/**
 * `inT` pixels to `outT`, `piece` at a time, a multiple of 16. `steps` as `sparseSteps` writes them; `rowPixels` of scratch for each row;
 * behind them eight rows of `piece` bytes for outputs.
 */
export function conv2dSparse<Row, Scale>(
  input: usize, inPitch: usize, inT: i32, inC: i32,
  output: usize, outPitch: usize, outT: i32, outC: i32,
  steps: usize, stride: i32, span: i32, pad: i32,
  channels: usize, scratch: usize, rowPixels: i32, piece: i32, batches: i32,
  inputZero: i32, shift: i32, low: i32, high: i32
): void {
  const rows = scratch + <usize>(((inC + 7) & ~7) * stride * rowPixels << 1);
  do {
    for (let t = 0; t < outT; t += piece) {
      const count = min(piece, outT - t);
      fillRows<Row>(input, inPitch, inT, inC, scratch, rowPixels, stride, t * stride - pad, (count - 1) * stride + span, inputZero);
      let step = steps, c = channels, to = output + <usize>t * outPitch;
      for (let o = 0; o < outC;) {
        const used = outC - o >= 8 ? 8 : min(4, outC - o);
        for (let row = 0; row < used; row++) {
          const from = step + stepBytes<Row>(), end = from + <usize>load<i32>(step) * stepBytes<Row>();
          const line = rows + <usize>(row * piece);
          // A filter of zeros: all outputs are the same.
          if (from == end) constantRow<Scale>(c, line, count, shift, low, high);
          else if (sizeof<Row>() == 4) blockRow<Scale>(scratch, from, end, c, line, count, shift, low, high);
          else pixelRow<Scale>(scratch, from, end, c, line, count, shift, low, high);
          step = end;
          c += channelBytes<Scale>();
        }
        if (used == 8 && count >= 16) storeEightRows(rows, piece, to, outPitch, count);
        else storeRows(rows, piece, to, outPitch, count, used);
        o += used;
        to += <usize>used;
      }
    }
    input += <usize>inT * inPitch; output += <usize>outT * outPitch;
  } while (--batches);
}

/** A row of the output that a sum of no products has; as the next function stores it. */
function constantRow<Scale>(channel: usize, to: usize, count: i32, shift: i32, low: i32, high: i32): void {
  const a = v128.load_splat<i32>(channel), last = to + <usize>count;
  storeBytes<Scale>(a, a, a, a, channel, to, shift, low, high);
  const bytes = v128.load(to);
  for (let at = to + 16; at < last; at += 16) v128.store(at, bytes);
}

/** A row of outputs of one channel, whose constants lie side by side; up to 15 past the last. */
function pixelRow<Scale>(
  x: usize, steps: usize, end: usize, channel: usize, to: usize, count: i32, shift: i32, low: i32, high: i32
): void {
  const last = to + <usize>count;
  for (; to + 16 < last; to += 32) {
    pixels32<Scale>(x, steps, end, channel, to, shift, low, high);
    x += 64;
  }
  if (to < last) pixels16<Scale>(x, steps, end, channel, to, shift, low, high);
}

// @ts-ignore: decorator
@inline
function pixels32<Scale>(x: usize, step: usize, end: usize, channel: usize, to: usize, shift: i32, low: i32, high: i32): void {
  let a = v128.load_splat<i32>(channel), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  do {
    const p = x + <usize>load<u16>(step), q = x + <usize>load<u16>(step, 2), w = v128.load_splat<i32>(step, 4);
    let u = v128.load(p), v = v128.load(q);
    a = addFirst(a, u, v, w); b = addLast(b, u, v, w);
    u = v128.load(p, 16); v = v128.load(q, 16);
    c = addFirst(c, u, v, w); d = addLast(d, u, v, w);
    u = v128.load(p, 32); v = v128.load(q, 32);
    e = addFirst(e, u, v, w); f = addLast(f, u, v, w);
    u = v128.load(p, 48); v = v128.load(q, 48);
    g = addFirst(g, u, v, w); h = addLast(h, u, v, w);
    step += stepBytes<i16>();
  } while (step != end);
  storeBytes<Scale>(a, b, c, d, channel, to, shift, low, high);
  storeBytes<Scale>(e, f, g, h, channel, to + 16, shift, low, high);
}

// @ts-ignore: decorator
@inline
function pixels16<Scale>(x: usize, step: usize, end: usize, channel: usize, to: usize, shift: i32, low: i32, high: i32): void {
  let a = v128.load_splat<i32>(channel), b = a, c = a, d = a;
  do {
    const p = x + <usize>load<u16>(step), q = x + <usize>load<u16>(step, 2), w = v128.load_splat<i32>(step, 4);
    let u = v128.load(p), v = v128.load(q);
    a = addFirst(a, u, v, w); b = addLast(b, u, v, w);
    u = v128.load(p, 16); v = v128.load(q, 16);
    c = addFirst(c, u, v, w); d = addLast(d, u, v, w);
    step += stepBytes<i16>();
  } while (step != end);
  storeBytes<Scale>(a, b, c, d, channel, to, shift, low, high);
}

/** The same by blocks. */
function blockRow<Scale>(
  x: usize, steps: usize, end: usize, channel: usize, to: usize, count: i32, shift: i32, low: i32, high: i32
): void {
  const last = to + <usize>count;
  do {
    let a = v128.load_splat<i32>(channel), b = a, c = a, d = a, step = steps;
    do {
      const p = x + <usize>load<u16>(step), q = x + <usize>load<u16>(step, 2), all = v128.load(step, 4);
      const w = v128.shuffle<i32>(all, all, 0, 0, 0, 0), v = v128.shuffle<i32>(all, all, 1, 1, 1, 1);
      a = addPairs(a, v128.load(p), w, v128.load(q), v); b = addPairs(b, v128.load(p, 16), w, v128.load(q, 16), v);
      c = addPairs(c, v128.load(p, 32), w, v128.load(q, 32), v); d = addPairs(d, v128.load(p, 48), w, v128.load(q, 48), v);
      step += stepBytes<i32>();
    } while (step != end);
    storeBytes<Scale>(a, b, c, d, channel, to, shift, low, high);
    x += 64; to += 16;
  } while (to < last);
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
function storeBytes<Scale>(a: v128, b: v128, c: v128, d: v128, channel: usize, to: usize, shift: i32, low: i32, high: i32): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  if (isFloat<Scale>() && sizeof<Scale>() == 4) {
    const factor = v128.load_splat<i32>(channel, 4), offset = v128.load_splat<i32>(channel, 8);
    v128.store(to, packLanes(
      scaleByFloat(a, factor, offset), scaleByFloat(b, factor, offset), scaleByFloat(c, factor, offset), scaleByFloat(d, factor, offset),
      lows, highs
    ));
  } else if (isFloat<Scale>()) {
    const factor = v128.load_splat<i64>(channel, 4), offset = v128.load_splat<i64>(channel, 12);
    v128.store(to, packLanes(
      scaleByDouble(a, factor, offset), scaleByDouble(b, factor, offset), scaleByDouble(c, factor, offset), scaleByDouble(d, factor, offset),
      lows, highs
    ));
  } else {
    const m = v128.load_splat<i32>(channel, 4), power = v128.load_splat<i32>(channel, 8);
    const sign = v128.load_splat<i32>(channel, 12), offset = v128.load_splat<i32>(channel, 16);
    v128.store(to, packLanes(
      requantizeBy(a, m, power, sign, offset, shift), requantizeBy(b, m, power, sign, offset, shift),
      requantizeBy(c, m, power, sign, offset, shift), requantizeBy(d, m, power, sign, offset, shift),
      lows, highs
    ));
  }
}

/** Eight rows of bytes, `pitch` apart, as eight neighbouring channels of `count` pixels, 16 or more. */
function storeEightRows(rows: usize, pitch: i32, to: usize, outPitch: usize, count: i32): void {
  const two = <usize>(2 * pitch), one = <usize>pitch;
  for (let p = 0; p < count; p += 16) {
    // The last sixteen overlap those before.
    const first = min(p, count - 16), at = rows + <usize>first;
    let u = v128.load(at), v = v128.load(at + one);
    const ab = lowBytes(u, v), abLast = highBytes(u, v);
    u = v128.load(at + two); v = v128.load(at + two + one);
    const cd = lowBytes(u, v), cdLast = highBytes(u, v);
    u = v128.load(at + 2 * two); v = v128.load(at + 2 * two + one);
    const ef = lowBytes(u, v), efLast = highBytes(u, v);
    u = v128.load(at + 3 * two); v = v128.load(at + 3 * two + one);
    const gh = lowBytes(u, v), ghLast = highBytes(u, v);
    let pixel = to + <usize>first * outPitch;
    pixel = storeFourPixels(pixel, outPitch, firstOf16(ab, cd), firstOf16(ef, gh));
    pixel = storeFourPixels(pixel, outPitch, lastOf16(ab, cd), lastOf16(ef, gh));
    pixel = storeFourPixels(pixel, outPitch, firstOf16(abLast, cdLast), firstOf16(efLast, ghLast));
    storeFourPixels(pixel, outPitch, lastOf16(abLast, cdLast), lastOf16(efLast, ghLast));
  }
}

/** Four channels of four pixels, and four more. Returns the next pixel's place. */
// @ts-ignore: decorator
@inline
function storeFourPixels(to: usize, outPitch: usize, abcd: v128, efgh: v128): usize {
  let two = v128.shuffle<i32>(abcd, efgh, 0, 4, 1, 5);
  v128.store64_lane(to, two, 0);
  v128.store64_lane(to + outPitch, two, 1);
  to += 2 * outPitch;
  two = v128.shuffle<i32>(abcd, efgh, 2, 6, 3, 7);
  v128.store64_lane(to, two, 0);
  v128.store64_lane(to + outPitch, two, 1);
  return to + 2 * outPitch;
}

// @ts-ignore: decorator
@inline
function lowBytes(u: v128, v: v128): v128 {
  return v128.shuffle<i8>(u, v, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline
function highBytes(u: v128, v: v128): v128 {
  return v128.shuffle<i8>(u, v, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
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
