import { storeEight } from "./requantize-lanes";

/**
 * RESIZE_BILINEAR of int8 with one channel: first between two rows, then between their columns. `rows` hold for each output row the input's first
 * and second, and the second's share of 1,024 parts; `columns`, four at a time, where in scratch the first of two neighbours lies, in bytes, and
 * the shares of the second. Scratch holds a row and eight numbers more.
 */
export function resizeBilinearLanes(
  input: usize, batches: i32, height: i32, width: i32, output: usize, rows: usize, rowCount: i32, columns: usize, columnCount: i32, scratch: usize
): void {
  for (let b = 0; b < batches; b++, input += <usize>(height * width)) {
    for (let i = 0; i < rowCount; i++, output += <usize>columnCount) {
      const row = rows + <usize>i * 12, down = load<i32>(row, 8);
      const top = input + <usize>(load<i32>(row) * width), bottom = input + <usize>(load<i32>(row, 4) * width);
      betweenRows(top, i16x8.splat(<i16>(1024 - down)), bottom, i16x8.splat(<i16>down), width, scratch);
      for (let j = 0, at = columns; j < columnCount; j += 8, at += 64) {
        const low = betweenColumns(scratch, at), high = betweenColumns(scratch, at + 32), words = i16x8.narrow_i32x4_s(low, high);
        storeEight(output + <usize>j, i8x16.narrow_i16x8_s(words, words), columnCount - j);
      }
    }
  }
}

/** Two rows by their shares; reads up to 7 bytes past them. */
// @ts-ignore: decorator
@inline
function betweenRows(top: usize, topShare: v128, bottom: usize, bottomShare: v128, width: i32, to: usize): void {
  for (let i = 0; i < width; i += 8, to += 32) {
    const x = v128.load_ext<i8>(top + <usize>i), y = v128.load_ext<i8>(bottom + <usize>i);
    v128.store(to, i32x4.add(i32x4.extmul_low_i16x8_s(x, topShare), i32x4.extmul_low_i16x8_s(y, bottomShare)));
    v128.store(to + 16, i32x4.add(i32x4.extmul_high_i16x8_s(x, topShare), i32x4.extmul_high_i16x8_s(y, bottomShare)));
  }
}

/** Four columns, divided by 2^20, halves away from zero. */
// @ts-ignore: decorator
@inline
function betweenColumns(row: usize, columns: usize): v128 {
  let a = v128.load64_zero(row + <usize>load<u32>(columns)), b = v128.load64_zero(row + <usize>load<u32>(columns, 8));
  a = v128.load64_lane(row + <usize>load<u32>(columns, 4), a, 1);
  b = v128.load64_lane(row + <usize>load<u32>(columns, 12), b, 1);
  const left = v128.shuffle<i32>(a, b, 0, 2, 4, 6), right = v128.shuffle<i32>(a, b, 1, 3, 5, 7);
  const sum = i32x4.add(i32x4.shl(left, 10), i32x4.mul(i32x4.sub(right, left), v128.load(columns, 16)));
  return i32x4.shr_s(i32x4.add(i32x4.add(sum, i32x4.shr_s(sum, 31)), i32x4.splat(1 << 19)), 20);
}
