/** Output channels that src-as/relaxed-products.ts computes at a time. */
export interface RelaxedBlock {
  readonly first: number
  /** 24, 16, 8 or 4; the last block may be partly used. */
  readonly width: number
  /** Nanoseconds of four bytes of one window; docs/kernels.md. */
  readonly stepNs: number
}

const STEP_NS = { 24: 1.03, 16: 0.87, 8: 0.6, 4: 0.44 }

/** Blocks of a number of channels: some of 24, the rest as `conv2dRelaxed` takes it, so that all together cost least. */
export function relaxedBlocks(outC: number): RelaxedBlock[] {
  const choices = Array.from({ length: Math.floor((outC + 7) / 24) + 1 }, (_, wide) => blocksWith(outC, wide))
  const cost = (blocks: RelaxedBlock[]) => blocks.reduce((sum, { stepNs }) => sum + stepNs, 0)
  return choices.reduce((best, blocks) => (cost(blocks) < cost(best) ? blocks : best))
}

/** Of the last block of 24, more than 16 are used. */
function blocksWith(outC: number, wide: number): RelaxedBlock[] {
  const blocks: RelaxedBlock[] = []
  for (let first = 0; first < outC; first += blocks.at(-1)!.width) {
    const left = outC - first
    const width = blocks.length < wide ? 24 : left > 8 ? 16 : left > 4 ? 8 : 4
    blocks.push({ first, width, stepNs: STEP_NS[width] })
  }
  return blocks
}

/**
 * Returns filters [outC, rows, run] in blocks: for each row and each four bytes of the run, the four of each channel of the block.
 * Zeros fill up runs and blocks.
 */
export function packQuads(
  filter: Int8Array,
  blocks: readonly Pick<RelaxedBlock, 'first' | 'width'>[],
  rows: number,
  run: number,
): Int8Array {
  const quads = Math.ceil(run / 4)
  const last = blocks.at(-1)!
  const packed = new Int8Array((last.first + last.width) * rows * quads * 4)
  const outC = filter.length / (rows * run)
  for (const { first, width } of blocks) {
    for (let o = first; o < Math.min(first + width, outC); o++) {
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < run; k++) {
          const quad = row * quads + (k >> 2)
          packed[first * rows * quads * 4 + (quad * width + o - first) * 4 + (k & 3)] =
            filter[(o * rows + row) * run + k]
        }
      }
    }
  }
  return packed
}
