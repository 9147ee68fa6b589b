import { clamp, requantize } from "./fixed-point";

/** BATCH_MATMUL: each operand moves by its own steps along three batch axes, its own axis and the summed one. */
export function batchMatmul(
  a: usize, zeroA: i32, a0: i32, a1: i32, a2: i32, aRow: i32, aDepth: i32,
  b: usize, zeroB: i32, b0: i32, b1: i32, b2: i32, bColumn: i32, bDepth: i32,
  output: usize, outputZero: i32, multiplier: i32, shift: i32,
  size0: i32, size1: i32, size2: i32, rows: i32, columns: i32, depth: i32
): void {
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      for (let k = 0; k < size2; k++) {
        let left = a + <usize>(i * a0 + j * a1 + k * a2);
        for (let row = 0; row < rows; row++, left += <usize>aRow) {
          let right = b + <usize>(i * b0 + j * b1 + k * b2);
          for (let column = 0; column < columns; column++, right += <usize>bColumn) {
            let sum = 0, atA = left, atB = right;
            for (let d = 0; d < depth; d++) {
              sum += (<i32>load<i8>(atA) - zeroA) * (<i32>load<i8>(atB) - zeroB);
              atA += <usize>aDepth;
              atB += <usize>bDepth;
            }
            store<i8>(output++, clamp(requantize(sum, multiplier, shift) + outputZero, -128, 127));
          }
        }
      }
    }
  }
}
