import type { Multiplier } from '../../ir/fixed-point.ts'
import type { Kernel, KernelTarget } from '../kernel.ts'
import { inBytes, type Operands, operandAddresses } from '../parts/broadcast.ts'
import { blockBits, channelBlocks, paddedChannels } from '../parts/channel-blocks.ts'
import { type LaneScaling, type SumRange, scalingOfSums } from '../parts/lane-scaling.ts'
import { scalingByInts } from '../parts/layer-scaling.ts'

/** How an operand is walked: elements from one matrix to the next along three axes, along its own axis, and along the summed one. */
export type Steps = readonly [number, number, number, own: number, depth: number]

/** What BATCH_MATMUL prepares. */
export interface BatchMatmulPrepared extends Pick<Operands, 'constants' | 'zeroPoints'> {
  /** Matrices along three axes. */
  readonly batches: readonly number[]
  readonly rows: number
  readonly columns: number
  readonly depth: number
  readonly steps: readonly [Steps, Steps]
  readonly factor: Multiplier
  /** int16: TFLM adds in 64 bits. */
  readonly wide: boolean
  readonly outputZero: number
  readonly min: number
  readonly max: number
}

/** Scratch of widened rows: half of a first-level cache of 32 KB. */
const ROWS_BYTES = { speed: 16384, size: 2048 }
/** What vectors may write past the last element: of rows 14 bytes, of blocks three pairs of 16 columns. */
const SLACK = 192

/** BATCH_MATMUL of int8 whose first operand lies row by row, as products of its rows with blocks of columns of the second. */
export const batchMatmulBlocks: Kernel<BatchMatmulPrepared> = {
  name: 'batch-matmul-blocks',
  flavours: ['simd', 'relaxed'],
  fits: (p, { element }) => {
    const [a, b] = p.steps
    const row = a[3] === p.depth && a[4] === 1
    return element.name === 'i8' && row && (b[3] === 1 || b[4] === 1) && scalingOf(p) !== undefined
  },
  scratchBytes: (p, on) => rowsBytes(p, on) + 4 * paddedChannels(p.columns) * Math.ceil(p.depth / 2) + SLACK,
  emit(p, to) {
    const [a, b] = operandAddresses(p as never, to)
    const [[a0, a1, a2], stepsB] = p.steps.map(steps => inBytes(steps, to))
    const scaling = scalingByInts(scalingOf(p)!)
    to.need('BLOCKS', blockBits(p.columns, 'i16', 'i32', p.rows === 1))
    return to.call('batch-matmul-blocks', 'batchMatmulBlocks', [
      ['a', a, p.zeroPoints[0], a0, a1, a2],
      ['b', b, p.zeroPoints[1], ...stepsB],
      ['output', to.output(0), scaling.shift],
      ['columns', scaling.place(to, new Int32Array(p.columns), channelBlocks(p.columns))],
      ['rows and blocks', to.scratch(), rowsAtATime(p, to), to.scratch() + rowsBytes(p, to)],
      ['batches', ...p.batches],
      ['sizes', p.rows, p.columns, p.depth],
      ['clamp', p.min, p.max],
    ])
  },
}

/** The scaling of all columns, which is the same. */
function scalingOf({ depth, columns, factor, zeroPoints, ...output }: BatchMatmulPrepared): LaneScaling | undefined {
  const [a, b] = zeroPoints.map(zero => [-128 - zero, 127 - zero])
  const products = a.flatMap(x => b.map(y => depth * x * y))
  const alike = (value: number) => new Int32Array(columns).fill(value)
  const sums = { low: Math.min(...products), high: Math.max(...products) }
  const channels = { ...output, multiplier: alike(factor.multiplier), shift: alike(factor.shift) }
  return scalingOfSums(channels, Array<SumRange>(columns).fill(sums))
}

/** Rows of the first operand that are widened at once; tiles are of two or four. */
function rowsAtATime({ rows, depth }: BatchMatmulPrepared, { goal }: KernelTarget): number {
  return Math.min(rows, Math.max(4, Math.floor(ROWS_BYTES[goal] / (2 * depth)) & ~3))
}

function rowsBytes(p: BatchMatmulPrepared, on: KernelTarget): number {
  return (2 * p.depth * rowsAtATime(p, on) + SLACK) & ~15
}
