/**
 * GATHER: in each of `batches`, `outer` times, the slices of `bytes` bytes at the batch's places out of `axis` ones. `places` holds
 * `count` places of each batch as int32.
 */
export function gather(
  input: usize, batches: i32, outer: i32, axis: i32, bytes: i32,
  output: usize, places: usize, count: i32
): void {
  for (let b = 0; b < batches; b++) {
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < count; i++) {
        memory.copy(output, input + <usize>(load<i32>(places + (<usize>i << 2)) * bytes), <usize>bytes);
        output += <usize>bytes;
      }
      input += <usize>(axis * bytes);
    }
    places += <usize>count << 2;
  }
}
