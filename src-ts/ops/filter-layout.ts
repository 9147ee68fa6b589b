import type { Flavour } from './op.ts'

/**
 * Returns a convolution's filter as the kernels of a flavour read it.
 * `filter` is [outC, rows, run]: per output channel `rows` runs of `run` contiguous bytes.
 * scalar: unchanged. simd: blocks of 4 output channels; in each, per row, per 8 bytes of the run, 8 bytes of each of the 4 channels.
 * Channels and runs are filled up with zeros, so that the bytes that a vector reads past a run do not count.
 */
export function packFilter(filter: Int8Array, outC: number, rows: number, run: number, flavour: Flavour): Int8Array {
  if (flavour === 'scalar') return filter
  const steps = Math.ceil(run / 8)
  const blocks = Math.ceil(outC / 4)
  const packed = new Int8Array(blocks * rows * steps * 32)
  for (let o = 0; o < outC; o++) {
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < run; k++) {
        const step = k >> 3
        const at = ((((o >> 2) * rows + row) * steps + step) * 4 + (o & 3)) * 8 + (k & 7)
        packed[at] = filter[(o * rows + row) * run + k]
      }
    }
  }
  return packed
}
