import type { Kernel } from '../kernel.ts'

/** What RESIZE_BILINEAR prepares. */
export interface ResizeBilinearPrepared {
  readonly batches: number
  readonly inH: number
  readonly inW: number
  readonly channels: number
  /** For each output row (column) the input's first and second, and the second's share of 1,024 parts; three entries each. */
  readonly rows: Int32Array
  readonly columns: Int32Array
}

/** RESIZE_BILINEAR of pictures with one channel, four columns at a time. */
export const resizeBilinearLanes: Kernel<ResizeBilinearPrepared> = {
  name: 'resize-bilinear-lanes',
  flavours: ['simd', 'relaxed'],
  fits: ({ channels }) => channels === 1,
  scratchBytes: ({ inW }) => 4 * (inW + 8),
  emit: ({ batches, inH, inW, rows, columns }, to) =>
    to.call('resize-bilinear-lanes', 'resizeBilinearLanes', [
      ['input', to.input(0), batches, inH, inW],
      ['output', to.output(0)],
      ['rows', to.data(rows, 4), rows.length / 3],
      ['columns', to.data(packColumns(columns), 16), columns.length / 3],
      ['scratch', to.scratch()],
    ]),
}

/** Columns in fours: in bytes where the first neighbour lies, then the second's shares; filled up to eight. The second lies behind the first. */
function packColumns(columns: Int32Array): Int32Array {
  const count = columns.length / 3
  const packed = new Int32Array(Math.ceil(count / 8) * 16)
  for (let j = 0; j < count; j++) {
    const [first, second, share] = columns.subarray(3 * j, 3 * j + 3)
    const at = 8 * (j >> 2) + (j & 3)
    packed[at] = 4 * first
    // At the borders both are one pixel.
    packed[at + 4] = second === first ? 0 : share
  }
  return packed
}
