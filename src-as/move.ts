/** Copies elements along five nested loops; `f` and `t` are the steps of source and target in bytes. Runs without gaps are copied at once. */
export function move<T>(
  from: usize, f0: i32, f1: i32, f2: i32, f3: i32, f4: i32,
  to: usize, t0: i32, t1: i32, t2: i32, t3: i32, t4: i32,
  size0: i32, size1: i32, size2: i32, size3: i32, size4: i32
): void {
  const run = f4 == sizeof<T>() && t4 == sizeof<T>();
  for (let a = 0; a < size0; a++) {
    for (let b = 0; b < size1; b++) {
      for (let c = 0; c < size2; c++) {
        for (let d = 0; d < size3; d++) {
          let source = from + <usize>(a * f0 + b * f1 + c * f2 + d * f3);
          let target = to + <usize>(a * t0 + b * t1 + c * t2 + d * t3);
          if (run) {
            memory.copy(target, source, <usize>size4 * sizeof<T>());
            continue;
          }
          for (let e = 0; e < size4; e++) {
            store<T>(target, load<T>(source));
            source += <usize>f4;
            target += <usize>t4;
          }
        }
      }
    }
  }
}
