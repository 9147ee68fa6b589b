// CONV_2D along a line by exact integer Toom-Cook with the points 0, ±1, ±2, ±1/2, ∞: m outputs from 8 inputs through 8 products a channel
// pair, for m = 4, 5, 6 (filters of 5, 4, 3 taps). Sums wrap modulo 2^32 on the way and are right at the end: src-ts/ops/parts/toom-cook.ts
// makes the matrices and proves it for every layer. What a filter has beyond its taps (lines of a plane, phases of a stride, the two
// halves of a long filter) are further "blocks" whose products are added before the outputs are transformed.

import { blockOf, fourRows8, twoRows16 } from "./products";
import { requantize4, store4, storeSome, VECTOR_BYTES } from "./requantize";

/** Products of a tile. */
const PRODUCTS: i32 = 8;
/** Tiles that share one pass over the weights. */
const TILES: i32 = 4;

/**
 * A line has `lineBytes` bytes; rows of `rowBytes` (the channels of all phases) are what a tap sees. `blocks` entries of `table` say for
 * each block how many lines below the first it reads, and how many bytes into its tile's first row. `width` is the int16 values of a row
 * in the transform domain, `pairs` of all blocks together half of them.
 */
export function toomCook(
  input: usize, batches: i32, lines: i32, lineBytes: i32, rowBytes: i32,
  output: usize, outH: i32, outW: i32, outC: i32, outPitch: i32,
  weights: usize, constants: usize, table: usize, blocks: i32, width: i32,
  scratch: usize, m: i32, left: i32, top: i32, strideH: i32,
  inverse: i32, exponent: i32, right: i32, inputZero: i32, outputZero: i32, low: i32, high: i32
): void {
  const total = blocks * width;
  const tileBytes = <usize>(total * 2), productBytes = tileBytes * TILES;
  const padded = (outC + 7) & ~7;
  const sumsPitch = <usize>(padded * 4), sumsBytes = sumsPitch * TILES;
  const spectrum = scratch, sums = spectrum + productBytes * PRODUCTS, gathered = sums + sumsBytes * PRODUCTS;
  const weightBytes = <usize>(total * padded * 2);
  for (let batch = 0; batch < batches; batch++) {
    for (let oy = 0; oy < outH; oy++) {
      for (let first = 0; first < outW; first += m * TILES) {
        let tiles = min((outW - first + m - 1) / m, TILES);
        for (let tile = 0; tile < tiles; tile++) {
          for (let block = 0; block < blocks; block++) {
            const entry = table + <usize>(block * 8);
            const line = oy * strideH - top + load<i32>(entry);
            const from = (first + tile * m) * rowBytes - left + load<i32>(entry, 4);
            const rows = rowsAt(input, line, lines, from, lineBytes, rowBytes * PRODUCTS, gathered, inputZero);
            transformInputs(rows, rowBytes, spectrum + <usize>tile * tileBytes + <usize>(block * width * 2), productBytes, width);
          }
        }
        for (let product = 0; product < PRODUCTS; product++) {
          multiply(
            spectrum + <usize>product * productBytes, tileBytes, weights + <usize>product * weightBytes, total >> 1,
            sums + <usize>product * sumsBytes, sumsPitch, padded, tiles
          );
        }
        for (let tile = 0; tile < tiles; tile++) {
          const at = first + tile * m;
          transformOutputs(
            sums + <usize>tile * sumsPitch, sumsBytes, output + <usize>(at * outPitch), outPitch, min(m, outW - at), m, outC,
            constants, inverse, exponent, right, outputZero, low, high
          );
        }
      }
      output += <usize>(outW * outPitch);
    }
    input += <usize>(lines * lineBytes);
  }
}

/** Bytes `from` … `from` + `bytes` of a line; where they leave the input they are gathered, with the zero point for what is outside. */
function rowsAt(input: usize, line: i32, lines: i32, from: i32, lineBytes: i32, bytes: i32, gathered: usize, zero: i32): usize {
  const inside = line >= 0 && line < lines;
  if (inside && from >= 0 && from + bytes <= lineBytes) return input + <usize>(line * lineBytes + from);
  memory.fill(gathered, <u8>zero, <usize>bytes);
  const begin = max(from, 0), end = min(from + bytes, lineBytes);
  if (inside && begin < end) {
    memory.copy(gathered + <usize>(begin - from), input + <usize>(line * lineBytes + begin), <usize>(end - begin));
  }
  return gathered;
}

/**
 * Eight rows of int8, `pitch` bytes apart, to eight rows of int16, `toPitch` bytes apart, `width` values each, eight at a time. Where the
 * width is no multiple of eight the last step goes back, so that it stays inside the row; a shorter row reads past its end, and the
 * weights there are zero.
 */
function transformInputs(rows: usize, pitch: i32, to: usize, toPitch: usize, width: i32): void {
  const p = <usize>pitch;
  for (let i = 0; i < width; i += 8) {
    if (i + 8 > width && width >= 8) i = width - 8;
    const from = rows + <usize>i;
    const d0 = v128.load_ext<i8>(from), d1 = v128.load_ext<i8>(from + p), d2 = v128.load_ext<i8>(from + 2 * p);
    const d3 = v128.load_ext<i8>(from + 3 * p), d4 = v128.load_ext<i8>(from + 4 * p), d5 = v128.load_ext<i8>(from + 5 * p);
    const d6 = v128.load_ext<i8>(from + 6 * p), d7 = v128.load_ext<i8>(from + 7 * p);
    let at = to + <usize>(i * 2);
    // 0: 4·(d0 − d6) − 21·(d2 − d4)
    v128.store(at, i16x8.sub(i16x8.shl(i16x8.sub(d0, d6), 2), i16x8.mul(i16x8.sub(d2, d4), i16x8.splat(21))));
    // ±1: 4·(d2 + d6) − 17·d4 ± (4·(d1 + d5) − 17·d3)
    const even1 = i16x8.sub(i16x8.shl(i16x8.add(d2, d6), 2), i16x8.mul(d4, i16x8.splat(17)));
    const odd1 = i16x8.sub(i16x8.shl(i16x8.add(d1, d5), 2), i16x8.mul(d3, i16x8.splat(17)));
    v128.store(at + toPitch, i16x8.add(even1, odd1));
    v128.store(at + 2 * toPitch, i16x8.sub(even1, odd1));
    // ±2: d2 − 5·d4 + 4·d6 ± (2·d1 − 10·d3 + 8·d5)
    const even2 = i16x8.add(i16x8.sub(d2, i16x8.mul(d4, i16x8.splat(5))), i16x8.shl(d6, 2));
    const odd2 = i16x8.shl(i16x8.add(i16x8.sub(d1, i16x8.mul(d3, i16x8.splat(5))), i16x8.shl(d5, 2)), 1);
    v128.store(at + 3 * toPitch, i16x8.add(even2, odd2));
    v128.store(at + 4 * toPitch, i16x8.sub(even2, odd2));
    // ±1/2: 8·d2 − 10·d4 + 2·d6 ± (4·d1 − 5·d3 + d5)
    const evenHalf = i16x8.shl(i16x8.add(i16x8.sub(i16x8.shl(d2, 2), i16x8.mul(d4, i16x8.splat(5))), d6), 1);
    const oddHalf = i16x8.add(i16x8.sub(i16x8.shl(d1, 2), i16x8.mul(d3, i16x8.splat(5))), d5);
    at += 5 * toPitch;
    v128.store(at, i16x8.add(evenHalf, oddHalf));
    v128.store(at + toPitch, i16x8.sub(evenHalf, oddHalf));
    // ∞: 4·(d7 − d1) + 21·(d3 − d5)
    v128.store(
      at + 2 * toPitch,
      i16x8.add(i16x8.shl(i16x8.sub(d7, d1), 2), i16x8.mul(i16x8.sub(d3, d5), i16x8.splat(21)))
    );
  }
}

/** One product of all tiles with all channels; a row that is no tile is computed and never read. */
function multiply(rows: usize, pitch: usize, weights: usize, pairs: i32, to: usize, toPitch: usize, padded: i32, tiles: i32): void {
  for (let o = 0; o < padded; ) {
    const block = blockOf(padded - o);
    if (block == 16) {
      twoRows16(rows, rows + pitch, weights, pairs, to, to + toPitch);
      if (tiles > 2) twoRows16(rows + 2 * pitch, rows + 3 * pitch, weights, pairs, to + 2 * toPitch, to + 3 * toPitch);
    } else {
      fourRows8(rows, pitch, weights, pairs, to, toPitch);
    }
    weights += <usize>(pairs * block * 4);
    to += <usize>(block * 4);
    o += block;
  }
}

/** The sums of a tile's products to `count` of its m outputs. */
function transformOutputs(
  sums: usize, pitch: usize, output: usize, outPitch: i32, count: i32, m: i32, outC: i32,
  constants: usize, inverse: i32, exponent: i32, right: i32, outputZero: i32, low: i32, high: i32
): void {
  const zero = i16x8.splat(<i16>outputZero), lowest = i8x16.splat(<i8>low), highest = i8x16.splat(<i8>high);
  const factor = i32x4.splat(inverse);
  for (let o = 0; o < outC; o += 4) {
    const p0 = v128.load(sums), p1 = v128.load(sums + pitch), p2 = v128.load(sums + 2 * pitch), p3 = v128.load(sums + 3 * pitch);
    const p4 = v128.load(sums + 4 * pitch), p5 = v128.load(sums + 5 * pitch), p6 = v128.load(sums + 6 * pitch);
    const p7 = v128.load(sums + 7 * pitch);
    const s1 = i32x4.add(p1, p2), t1 = i32x4.sub(p1, p2);
    const s2 = i32x4.add(p3, p4), t2 = i32x4.sub(p3, p4);
    const sh = i32x4.add(p5, p6), th = i32x4.sub(p5, p6);
    // Output j adds 1 of ±1, 2^j of ±2 and 2^(m − 1 − j) of ±1/2; the first also the point 0, the last also ∞.
    for (let j = 0; j < count; j++) {
      const odd = j & 1;
      let y = i32x4.add(odd ? t1 : s1, i32x4.shl(odd ? t2 : s2, j));
      y = i32x4.add(y, i32x4.shl(odd ? th : sh, m - 1 - j));
      if (j == 0) y = i32x4.add(y, p0);
      if (j == m - 1) y = i32x4.add(y, p7);
      // First the odd part of the divisor modulo 2^32, then the power of two: the other order would lose bits.
      y = i32x4.shr_s(i32x4.mul(y, factor), exponent);
      const scaled = requantize4(y, constants, right);
      const at = output + <usize>(j * outPitch + o);
      if (outC - o >= 4) store4(scaled, at, zero, lowest, highest);
      else storeSome(scaled, at, outC - o, zero, lowest, highest);
    }
    sums += 16;
    constants += VECTOR_BYTES;
  }
}

/**
 * Start-up: weights of int8, one tap after another (`count` values each, already in the order of the products), to the eight transformed
 * ones of int16, as `matrix` (8 × taps, int16) says.
 */
export function transformWeights(from: usize, taps: i32, count: i32, matrix: usize, to: usize): void {
  for (let product = 0; product < PRODUCTS; product++) {
    for (let i = 0; i < count; i += 8) {
      let sum = i16x8.splat(0);
      for (let tap = 0; tap < taps; tap++) {
        const factor = v128.load_splat<i16>(matrix + <usize>((product * taps + tap) * 2));
        sum = i16x8.add(sum, i16x8.mul(v128.load_ext<i8>(from + <usize>(tap * count + i)), factor));
      }
      v128.store(to + <usize>(i * 2), sum);
    }
    to += <usize>(count * 2);
  }
}
