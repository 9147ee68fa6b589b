/** RESIZE_NEAREST_NEIGHBOR: `rowOf` and `columnOf` hold the input's place of each output place as int32, `channels` is in bytes. */
export function resizeNearestNeighbor(
  input: usize, batches: i32, height: i32, width: i32, channels: i32,
  output: usize, rowOf: usize, rows: i32, columnOf: usize, columns: i32
): void {
  for (let b = 0; b < batches; b++) {
    for (let i = 0; i < rows; i++) {
      const line = input + <usize>((b * height + load<i32>(rowOf + (<usize>i << 2))) * width * channels);
      for (let j = 0; j < columns; j++) {
        memory.copy(output, line + <usize>(load<i32>(columnOf + (<usize>j << 2)) * channels), <usize>channels);
        output += <usize>channels;
      }
    }
  }
}
