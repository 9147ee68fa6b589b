/** MAXIMUM of two operands that are walked together. */
export function maximum<T>(
  a: usize, b: usize, output: usize,
  size0: i32, size1: i32, size2: i32, size3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32
): void {
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      for (let k = 0; k < size2; k++) {
        let atA = a + <usize>(i * a0 + j * a1 + k * a2), atB = b + <usize>(i * b0 + j * b1 + k * b2);
        for (const end = output + <usize>size3 * sizeof<T>(); output < end; output += sizeof<T>()) {
          store<T>(output, max<T>(load<T>(atA), load<T>(atB)));
          atA += <usize>a3;
          atB += <usize>b3;
        }
      }
    }
  }
}

/** MINIMUM of two operands that are walked together. */
export function minimum<T>(
  a: usize, b: usize, output: usize,
  size0: i32, size1: i32, size2: i32, size3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32
): void {
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      for (let k = 0; k < size2; k++) {
        let atA = a + <usize>(i * a0 + j * a1 + k * a2), atB = b + <usize>(i * b0 + j * b1 + k * b2);
        for (const end = output + <usize>size3 * sizeof<T>(); output < end; output += sizeof<T>()) {
          store<T>(output, min<T>(load<T>(atA), load<T>(atB)));
          atA += <usize>a3;
          atB += <usize>b3;
        }
      }
    }
  }
}
