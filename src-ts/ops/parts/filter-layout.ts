import { type Flavour, hasVectors } from '../flavour.ts'

/**
 * Returns a convolution's filter as the kernels of a flavour read it.
 * `filter` is [outC, rows, run]: per output channel `rows` runs of `run` contiguous bytes; `groups` split the output channels evenly.
 * Without vectors: unchanged. With them: each group in blocks of 4 output channels; in a block, per row, per 8 bytes of the run, 8 bytes of each of the 4.
 * Channels and runs are filled up with zeros, so that the bytes that a vector reads past a run do not count.
 */
export function packFilter(
  filter: Int8Array,
  outC: number,
  rows: number,
  run: number,
  flavour: Flavour,
  groups = 1,
): Int8Array {
  if (!hasVectors(flavour)) return filter
  const steps = Math.ceil(run / 8)
  const groupOut = outC / groups
  const groupBlocks = Math.ceil(groupOut / 4)
  const packed = new Int8Array(groups * groupBlocks * rows * steps * 32)
  for (let o = 0; o < outC; o++) {
    const inGroup = o % groupOut
    const block = Math.floor(o / groupOut) * groupBlocks + (inGroup >> 2)
    for (let row = 0; row < rows; row++) {
      const from = (o * rows + row) * run
      for (let k = 0; k < run; k++) {
        packed[(((block * rows + row) * steps + (k >> 3)) * 4 + (inGroup & 3)) * 8 + (k & 7)] = filter[from + k]
      }
    }
  }
  return packed
}
