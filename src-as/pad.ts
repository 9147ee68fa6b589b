/** PAD and PADV2: fills the output with `value`, then copies the input's rows of channels inside. */
export function pad(
  input: usize, batches: i32, height: i32, width: i32, channels: i32,
  output: usize, outBatches: i32, outHeight: i32, outWidth: i32, outChannels: i32,
  beforeBatch: i32, beforeRow: i32, beforeColumn: i32, beforeChannel: i32, value: i32
): void {
  memory.fill(output, <u8>value, <usize>(outBatches * outHeight * outWidth * outChannels));
  for (let b = 0; b < batches; b++) {
    for (let row = 0; row < height; row++) {
      const line = ((b + beforeBatch) * outHeight + row + beforeRow) * outWidth + beforeColumn;
      let to = output + <usize>(line * outChannels + beforeChannel);
      for (let column = 0; column < width; column++) {
        memory.copy(to, input, <usize>channels);
        input += <usize>channels;
        to += <usize>outChannels;
      }
    }
  }
}
