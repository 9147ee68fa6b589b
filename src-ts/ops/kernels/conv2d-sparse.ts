import type { Emitter, Kernel } from '../kernel.ts'
import { evenBlocks, packBlockChannels } from '../parts/channel-blocks.ts'
import { type Convolution, withoutInputZero } from '../parts/convolution.ts'
import { type Line, lineOf } from '../parts/convolution-line.ts'
import { laneScaling } from '../parts/lane-scaling.ts'
import { DENSEST, nonZero, packSparse } from '../parts/sparse-filter.ts'

/** Rows of the input in scratch: three quarters of a first-level cache of 32 KB. */
const SCRATCH_BYTES = 24576
/** Pixels of a tile of the inner loop. */
const TILE = 32
/** Places in scratch are numbers of 16 bits, and so are the weights of a filter. */
const LARGEST = 2 ** 16

/**
 * CONV_2D of int8 along one axis whose filters have many zeros, in any pattern: only weights that are not zero are multiplied, and stand in
 * the file, two bytes each.
 */
export const conv2dSparse: Kernel<Convolution> = {
  name: 'conv2d-sparse',
  flavours: ['simd', 'relaxed'],
  fits(p, { goal }) {
    const line = lineOf(p)
    if (p.int16 || p.groups !== 1 || !line || goal !== 'speed' || line.outT < 8) return false
    if (nonZero(p.filter) > DENSEST * p.filter.length || p.filter.length / p.outC >= LARGEST) return false
    return tiling(p, line).rowBytes < LARGEST && laneScaling(p, p.filter) !== undefined
  },
  cost: p => costOf(p, lineOf(p)!),
  scratchBytes: p => tiling(p, lineOf(p)!).scratchBytes,
  reservedBytes: p =>
    8 * packSparse(p.filter, p.outC).places.reduce((sum, each) => sum + 1 + Math.ceil(each.length / 2), 0),
  pitch: () => ({ inputs: true, output: true }),
  emit: (p, to) => call(p, lineOf(p)!, to),
}

function call(p: Convolution, line: Line, to: Emitter): string {
  const { inC } = p.window
  const { rowPixels, piece } = tiling(p, line)
  const scaling = laneScaling(p, p.filter)!
  to.atStart(
    to.call('conv2d-sparse', 'sparseSteps', [
      ['weights', to.data(packSparse(p.filter, p.outC).bytes, 2), p.outC, inC],
      ['stride, dilation', line.stride, line.dilation],
      ['pixels of a row', rowPixels],
      ['to', to.reserved()],
    ]),
  )
  return to.call('conv2d-sparse', 'conv2dSparse', [
    ['input', to.input(0), to.inputPitch(0), line.inT, inC],
    ['output', to.output(0), to.outputPitch(0), line.outT, p.outC],
    ['weights', to.reserved()],
    ['stride, span, padding', line.stride, spanOf(line), line.pad],
    ['channels', to.data(packBlockChannels(withoutInputZero(p).bias, scaling, evenBlocks(p.outC, 4)), 16)],
    ['scratch, pixels of a row, pixels at a time', to.scratch(), rowPixels, piece],
    ['batches', line.batches],
    ['zero point', p.inputZero],
    ['shift', scaling.shift],
    ['clamp', p.min, p.max],
  ])
}

function spanOf({ taps, dilation }: Line): number {
  return (taps - 1) * dilation + 1
}

/** Output pixels that are computed from one filling of the scratch, and the pixels that a row has there. */
function tiling(
  p: Convolution,
  line: Line,
): { piece: number; rowPixels: number; rowBytes: number; scratchBytes: number } {
  const rows = Math.ceil(p.window.inC / 8) * 8 * line.stride
  // Tiles read and fillings write up to 31 pixels past the last.
  const extra = Math.ceil(spanOf(line) / line.stride) + 8
  const most = Math.floor((SCRATCH_BYTES / (2 * rows) - extra) / TILE) * TILE
  const piece = Math.min(Math.max(most, TILE), Math.ceil(line.outT / TILE) * TILE)
  const rowPixels = piece + extra
  const rowBytes = 2 * rows * rowPixels
  return { piece, rowPixels, rowBytes, scratchBytes: rowBytes + 4 * piece + 64 }
}

/** Nanoseconds of a step of two weights for eight pixels, of an output vector, and of an input that is transposed; docs/kernels.md. */
const COST = { step: 0.93, output: 2.6, input: 0.25 }

function costOf(p: Convolution, line: Line): number {
  const eights = 2 * Math.ceil(line.outT / 16)
  const steps = nonZero(p.filter) / 2 + p.outC
  return line.batches * (eights * (steps * COST.step + p.outC * 2 * COST.output) + line.inT * p.window.inC * COST.input)
}
