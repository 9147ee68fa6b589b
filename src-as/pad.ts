/** PAD and PADV2: fills the output with `value`, then copies the input's rows of channels inside. */
export function pad<T>(
  input: usize, batches: i32, height: i32, width: i32, channels: i32,
  output: usize, outBatches: i32, outHeight: i32, outWidth: i32, outChannels: i32,
  beforeBatch: i32, beforeRow: i32, beforeColumn: i32, beforeChannel: i32, value: i32
): void {
  const run = <usize>channels * sizeof<T>(), pitch = <usize>outChannels * sizeof<T>();
  const total = <usize>(outBatches * outHeight * outWidth) * pitch;
  if (sizeof<T>() == 1) memory.fill(output, <u8>value, total);
  else for (let at = output; at < output + total; at += sizeof<T>()) store<T>(at, <T>value);
  for (let b = 0; b < batches; b++) {
    for (let row = 0; row < height; row++) {
      const line = ((b + beforeBatch) * outHeight + row + beforeRow) * outWidth + beforeColumn;
      let to = output + <usize>(line * outChannels + beforeChannel) * sizeof<T>();
      for (let column = 0; column < width; column++) {
        memory.copy(to, input, run);
        input += run;
        to += pitch;
      }
    }
  }
}
