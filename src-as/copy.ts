/** Copies `rows` pieces of `bytes` bytes between places that are `fromPitch` and `toPitch` bytes apart. */
export function copyRows(from: usize, fromPitch: i32, to: usize, toPitch: i32, rows: i32, bytes: i32): void {
  for (let row = 0; row < rows; row++) {
    memory.copy(to, from, <usize>bytes);
    from += <usize>fromPitch;
    to += <usize>toPitch;
  }
}

/** Sets `bytes` bytes to `value`. */
export function fill(output: usize, bytes: i32, value: i32): void {
  memory.fill(output, <u8>value, <usize>bytes);
}
