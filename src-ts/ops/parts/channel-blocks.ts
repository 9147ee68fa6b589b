import type { Channels } from './channels.ts'

/** Output channels in the blocks of 16, 8 and 4 that src-as/block-products.ts computes at a time; the last may be partly used. */
export function channelBlocks(outC: number): { readonly first: number; readonly width: number }[] {
  const blocks: { first: number; width: number }[] = []
  for (let first = 0; first < outC; ) {
    const left = outC - first
    const width = left > 12 ? 16 : left > 4 ? 8 : 4
    blocks.push({ first, width })
    first += width
  }
  return blocks
}

/** Channels with those that only fill the last block. */
export function paddedChannels(outC: number): number {
  const { first, width } = channelBlocks(outC).at(-1)!
  return first + width
}

/**
 * Returns filters [outC, rows, run] in blocks: for each row and each pair of the run, the pair of each channel of the block.
 * Zeros fill up odd runs and unused channels.
 */
export function packBlocks<A extends Int8Array | Int16Array>(filter: A, outC: number, rows: number, run: number): A {
  const pairs = Math.ceil(run / 2)
  const bytes = new (filter.constructor as new (n: number) => A)(paddedChannels(outC) * rows * pairs * 2)
  for (const { first, width } of channelBlocks(outC)) {
    for (let o = first; o < Math.min(first + width, outC); o++) {
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < run; k++) {
          const pair = row * pairs + (k >> 1)
          bytes[first * rows * pairs * 2 + (pair * width + o - first) * 2 + (k & 1)] =
            filter[(o * rows + row) * run + k]
        }
      }
    }
  }
  return bytes
}

/** Returns the constants of `requantizeLanes` in blocks: rows of bias, multiplier, 2^(right − 1), 2^(32 − right). */
export function packBlockChannels({ bias, multiplier, shift }: Channels): Int32Array {
  const packed = new Int32Array(paddedChannels(bias.length) * 4)
  for (const { first, width } of channelBlocks(bias.length)) {
    for (let o = first; o < Math.min(first + width, bias.length); o++) {
      const right = multiplier[o] === 0 ? 2 : -shift[o]
      const values = [bias[o], multiplier[o], 2 ** (right - 1), 2 ** (32 - right)]
      values.forEach((value, row) => {
        packed[first * 4 + row * width + o - first] = value
      })
    }
  }
  return packed
}

/**
 * Whether `requantizeLanes` gives the reference's bytes for every input: right shifts of 2 … 31, and no sum that could wrap.
 * `filter` has the weights of each channel side by side; the channels' bias holds no zero point: |x − zero| ≤ 255.
 */
export function fitsLanes({ bias, multiplier, shift, wide }: Channels, filter: Int8Array): boolean {
  if (wide) return false
  const perFilter = filter.length / bias.length
  for (let o = 0; o < bias.length; o++) {
    if (multiplier[o] === 0) continue
    if (shift[o] > -2 || shift[o] < -31) return false
    let sum = Math.abs(bias[o])
    for (let i = o * perFilter; i < (o + 1) * perFilter; i++) sum += 255 * Math.abs(filter[i])
    if (sum >= 2 ** 30 || sum + 2 ** (-shift[o] - 1) >= 2 ** 31) return false
  }
  return true
}
