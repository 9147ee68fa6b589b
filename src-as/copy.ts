/** Pieces of so many bytes are copied by vectors: calling `memory.copy` costs more. */
const VECTORS_FROM: i32 = 16, VECTORS_TO: i32 = 256;

/** Copies `rows` pieces of `bytes` bytes between places that are `fromPitch` and `toPitch` bytes apart. */
export function copyRows(from: usize, fromPitch: i32, to: usize, toPitch: i32, rows: i32, bytes: i32): void {
  for (let row = 0; row < rows; row++) {
    if (ASC_FEATURE_SIMD && bytes >= VECTORS_FROM && bytes <= VECTORS_TO) copyVectors(from, to, bytes);
    else memory.copy(to, from, <usize>bytes);
    from += <usize>fromPitch;
    to += <usize>toPitch;
  }
}

/** Sets `bytes` bytes to `value`. */
export function fill(output: usize, bytes: i32, value: i32): void {
  memory.fill(output, <u8>value, <usize>bytes);
}

/** Sets `bytes` bytes to the one at `value`. */
export function repeat(value: usize, output: usize, bytes: i32): void {
  memory.fill(output, load<u8>(value), <usize>bytes);
}

/** Copies 16 bytes or more; the last vector overlaps the one before. */
// @ts-ignore: decorator
@inline
function copyVectors(from: usize, to: usize, bytes: i32): void {
  const last = from + <usize>bytes - 16, end = to + <usize>bytes - 16;
  do {
    v128.store(to, v128.load(from));
    from += 16; to += 16;
  } while (from < last);
  v128.store(end, v128.load(last));
}
