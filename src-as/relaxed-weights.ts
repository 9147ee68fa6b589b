/**
 * At start-up: filters [outC, rows, run] to blocks of 24, 16, 8 or 4 channels as conv2dRelaxed takes them, for each row and each four bytes of the
 * run four of each channel. Filters lie as they are, or, where `packed`, as src-ts/ops/parts/channel-blocks.ts packs them for the kernel without the
 * relaxed instruction: so they stand in the file once. What is left over at `to` is zero.
 */
export function quadWeights(filter: usize, packed: bool, outC: i32, rows: i32, run: i32, blocks24: i32, to: usize): void {
  const quads = (run + 3) >> 2, pairs = (run + 1) >> 1;
  let width = 0;
  for (let first = 0; first < outC; first += width) {
    const left = outC - first;
    width = blocks24-- > 0 ? 24 : left > 8 ? 16 : left > 4 ? 8 : 4;
    for (let o = first; o < first + min(left, width); o++) {
      // The block of 16, 8 or 4 channels where a packed filter lies.
      let block = o & ~15, among = outC - block > 12 ? 16 : outC - block > 4 ? 8 : 4;
      if (among == 8 && o - block >= 8) {
        block += 8;
        among = 4;
      }
      for (let row = 0; row < rows; row++) {
        const plain = filter + <usize>((o * rows + row) * run);
        const blocked = filter + <usize>(((block * rows + row * among) * pairs + o - block) << 1);
        const line = to + <usize>((row * quads * width + o - first) << 2);
        for (let k = 0; k < run; k++) {
          const from = packed ? blocked + <usize>(((k >> 1) * among << 1) + (k & 1)) : plain + <usize>k;
          store<i8>(line + <usize>(((k >> 2) * width << 2) + (k & 3)), load<i8>(from));
        }
      }
    }
    to += <usize>(rows * quads * width) << 2;
  }
}
