import type { Channels } from './channels.ts'
import type { LaneScaling } from './lane-scaling.ts'

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

/** Bits of BLOCKS (src-as/conv2d-blocks.ts): blocks of so many channels of many windows, or of one; those of int16 weights, and of sums scaled in float32, are shifted. */
const MANY: Readonly<Record<number, number>> = { 16: 1, 8: 2, 4: 4 }
const ONE: Readonly<Record<number, number>> = { 16: 8, 8: 16, 4: 4 }
const INT16_BITS = 8
const FLOAT_BITS = 16

/** Returns the bits of the blocks that a layer needs; `alone` where its windows come one at a time. */
export function blockBits(outC: number, weights: 'i8' | 'i16', scale: 'i32' | 'f32', alone: boolean): number {
  const bits = channelBlocks(outC).reduce((all, { width }) => all | (alone ? ONE : MANY)[width], 0)
  return bits << ((weights === 'i8' ? 0 : INT16_BITS) + (scale === 'i32' ? 0 : FLOAT_BITS))
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

/** Returns the constants of output channels in blocks: rows of bias and of what scales the sums for each. */
export function packBlockChannels(
  bias: Channels['bias'],
  { rows }: Pick<LaneScaling, 'rows'>,
  blocks = channelBlocks(bias.length),
): Int32Array {
  const all = [bias, ...rows]
  const last = blocks.at(-1)!
  const packed = new Int32Array((last.first + last.width) * all.length)
  for (const { first, width } of blocks) {
    all.forEach((values, row) => {
      packed.set(values.subarray(first, first + width), first * all.length + row * width)
    })
  }
  return packed
}
