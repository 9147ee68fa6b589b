/**
 * RESIZE_BILINEAR of int8. `rows` (`columns`) hold for each output row (column) the input's first and second, and the second's share of
 * 1,024 parts.
 */
export function resizeBilinear(
  input: usize, batches: i32, height: i32, width: i32, channels: i32,
  output: usize, rows: usize, rowCount: i32, columns: usize, columnCount: i32
): void {
  for (let b = 0; b < batches; b++) {
    for (let i = 0; i < rowCount; i++) {
      const row = rows + <usize>i * 12;
      const top = input + <usize>(load<i32>(row) * width * channels);
      const bottom = input + <usize>(load<i32>(row, 4) * width * channels);
      const down = load<i32>(row, 8);
      for (let j = 0; j < columnCount; j++) {
        const column = columns + <usize>j * 12;
        const left = <usize>(load<i32>(column) * channels), right = <usize>(load<i32>(column, 4) * channels);
        const across = load<i32>(column, 8);
        for (let c: usize = 0; c < <usize>channels; c++) {
          const upper = <i32>load<i8>(top + left + c) * (1024 - across) + <i32>load<i8>(top + right + c) * across;
          const lower = <i32>load<i8>(bottom + left + c) * (1024 - across) + <i32>load<i8>(bottom + right + c) * across;
          const sum = upper * (1024 - down) + lower * down;
          store<i8>(output++, <i8>((sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20)));
        }
      }
    }
    input += <usize>(height * width * channels);
  }
}
