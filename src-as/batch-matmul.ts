import { clamp, requantize, requantizeWide } from "./fixed-point";

/**
 * BATCH_MATMUL: each operand moves by its own steps along three batch axes, its own axis and the summed one.
 * `T` is i8 with an accumulator `A` of i32, or i16 with i64.
 */
export function batchMatmul<T, A>(
  a: usize, zeroA: i32, a0: i32, a1: i32, a2: i32, aRow: i32, aDepth: i32,
  b: usize, zeroB: i32, b0: i32, b1: i32, b2: i32, bColumn: i32, bDepth: i32,
  output: usize, outputZero: i32, multiplier: i32, shift: i32,
  size0: i32, size1: i32, size2: i32, rows: i32, columns: i32, depth: i32, low: i32, high: i32
): void {
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      for (let k = 0; k < size2; k++) {
        let left = a + <usize>(i * a0 + j * a1 + k * a2);
        for (let row = 0; row < rows; row++, left += <usize>aRow) {
          let right = b + <usize>(i * b0 + j * b1 + k * b2);
          for (let column = 0; column < columns; column++, right += <usize>bColumn) {
            let sum: A = <A>0, atA = left, atB = right;
            for (let d = 0; d < depth; d++) {
              sum += <A>((<i32>load<T>(atA) - zeroA) * (<i32>load<T>(atB) - zeroB));
              atA += <usize>aDepth;
              atB += <usize>bDepth;
            }
            const scaled = sizeof<A>() == 8
              ? requantizeWide(<i64>sum, multiplier, shift)
              : requantize(<i32>sum, multiplier, shift);
            store<T>(output, <T>clamp(scaled + outputZero, low, high));
            output += sizeof<T>();
          }
        }
      }
    }
  }
}
