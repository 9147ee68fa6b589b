/** SELECT_V2: x where the condition is not 0, else y; the three are walked together, their steps in bytes. */
export function select<T>(
  condition: usize, x: usize, y: usize, output: usize,
  size0: i32, size1: i32, size2: i32, size3: i32,
  c0: i32, c1: i32, c2: i32, c3: i32,
  x0: i32, x1: i32, x2: i32, x3: i32,
  y0: i32, y1: i32, y2: i32, y3: i32
): void {
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      for (let k = 0; k < size2; k++) {
        let atC = condition + <usize>(i * c0 + j * c1 + k * c2);
        let atX = x + <usize>(i * x0 + j * x1 + k * x2), atY = y + <usize>(i * y0 + j * y1 + k * y2);
        for (const end = output + <usize>size3 * sizeof<T>(); output < end; output += sizeof<T>()) {
          store<T>(output, load<T>(load<u8>(atC) ? atX : atY));
          atC += <usize>c3;
          atX += <usize>x3;
          atY += <usize>y3;
        }
      }
    }
  }
}
