import type { Channels } from './channels.ts'

/** Sums below this leave room for the rounding that src-as/tiles.ts adds in 32 bits. */
const ROOM = 2 ** 30

/** Bytes of four sums, which the kernels of tiles keep at the start of their scratch. */
export const SUMS_BYTES = 16

/** Bytes of one run as these kernels read it. */
export function tileRun(run: number): number {
  return Math.ceil(run / 4) * 4
}

/** Whether no input can bring a sum of products, or the sum with its bias, beyond what the kernels of tiles add in 32 bits. */
export function sumsHaveRoom({ bias }: Channels, filter: Int8Array): boolean {
  const perFilter = filter.length / bias.length
  return bias.every((b: number, o: number) => {
    let largest = 0
    for (let i = o * perFilter; i < (o + 1) * perFilter; i++) largest += Math.abs(filter[i])
    // Twice 128 · Σ|w|: the zero point is folded into the bias.
    return Math.abs(b) + 256 * largest < ROOM
  })
}

/**
 * Returns filters [outC, rows, run] as dotTile reads them: in each group pairs of output channels; in a pair, per row, per four taps,
 * four bytes of the first and four of the second. Channels and runs are filled up with zeros.
 */
export function packTiles(filter: Int8Array, outC: number, rows: number, run: number, groups = 1): Int8Array {
  const steps = tileRun(run) / 4
  const groupOut = outC / groups
  const pairs = Math.ceil(groupOut / 2)
  const packed = new Int8Array(groups * pairs * rows * steps * 8)
  for (let o = 0; o < outC; o++) {
    const inGroup = o % groupOut
    const pair = Math.floor(o / groupOut) * pairs + (inGroup >> 1)
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < run; k++) {
        const place = ((pair * rows + row) * steps + (k >> 2)) * 8 + (inGroup & 1) * 4 + (k & 3)
        packed[place] = filter[(o * rows + row) * run + k]
      }
    }
  }
  return packed
}
