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

/** Blocks of one width; the last may be partly used. */
export function evenBlocks(outC: number, width: number): { readonly first: number; readonly width: number }[] {
  return Array.from({ length: Math.ceil(outC / width) }, (_, i) => ({ first: i * width, width }))
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

/** Returns the constants of `requantizeLanes` in blocks: rows of bias, multiplier, 2^(right − 1), 2^(32 − right) for each. */
export function packBlockChannels(channels: Channels, blocks = channelBlocks(channels.bias.length)): Int32Array {
  const { bias } = channels
  const last = blocks.at(-1)!
  const packed = new Int32Array((last.first + last.width) * 4)
  for (const { first, width } of blocks) {
    for (let o = first; o < Math.min(first + width, bias.length); o++) {
      laneConstants(channels, o).forEach((value, row) => {
        packed[first * 4 + row * width + o - first] = value
      })
    }
  }
  return packed
}

/** Returns them as four rows of all channels, filled up to a multiple of 16. */
export function packChannelRows(channels: Channels): Int32Array {
  const { bias } = channels
  const width = Math.ceil(bias.length / 16) * 16
  const packed = new Int32Array(width * 4)
  for (let o = 0; o < bias.length; o++) {
    laneConstants(channels, o).forEach((value, row) => {
      packed[row * width + o] = value
    })
  }
  return packed
}

function laneConstants({ bias, multiplier, shift }: Channels, o: number): number[] {
  const right = multiplier[o] === 0 ? 2 : -shift[o]
  return [bias[o], multiplier[o], 2 ** (right - 1), 2 ** (32 - right)]
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
