import { requantize } from "./fixed-point";

/** Compares two operands that are walked together, each by its own scale; `relation` is the sum of less 1, equal 2, greater 4. */
export function compare(
  a: usize, zeroA: i32, multiplierA: i32, shiftA: i32,
  b: usize, zeroB: i32, multiplierB: i32, shiftB: i32,
  leftShift: i32, output: usize, relation: i32,
  size0: i32, size1: i32, size2: i32, size3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32
): void {
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      for (let k = 0; k < size2; k++) {
        let atA = a + <usize>(i * a0 + j * a1 + k * a2), atB = b + <usize>(i * b0 + j * b1 + k * b2);
        for (const end = output + <usize>size3; output < end; output++) {
          const termA = requantize((<i32>load<i8>(atA) - zeroA) << leftShift, multiplierA, shiftA);
          const termB = requantize((<i32>load<i8>(atB) - zeroB) << leftShift, multiplierB, shiftB);
          const place = <i32>(termA >= termB) + <i32>(termA > termB);
          store<u8>(output, (relation >> place) & 1);
          atA += <usize>a3;
          atB += <usize>b3;
        }
      }
    }
  }
}
