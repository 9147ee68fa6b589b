import type { Emitter, Kernel } from '../kernel.ts'
import { evenBlocks, packBlockChannels } from './channel-blocks.ts'
import { type Convolution, withoutInputZero } from './convolution.ts'
import { type Line, lineOf } from './convolution-line.ts'
import { doubleScaling } from './double-scaling.ts'
import { laneScaling, sumRanges } from './lane-scaling.ts'
import { floatsOf, type LayerScaling, scalingByFloats } from './layer-scaling.ts'
import { DENSEST, nonZero, packSparse } from './sparse-filter.ts'

/** Rows of the input in scratch: three quarters of a first-level cache of 32 KB. */
const SCRATCH_BYTES = 24576
/** Pixels of a tile of the inner loop. */
const TILE = 16
/** Places in scratch are numbers of 16 bits, and so are the weights of a filter. */
const LARGEST = 2 ** 16

/** What src-as/conv2d-sparse.ts takes in one step: two weights anywhere, or a block of four neighbouring inputs. */
export interface SparseForm {
  readonly name: string
  /** Its rows of scratch, as AssemblyScript names the element. */
  readonly row: 'i16' | 'i32'
  /** The function that makes steps at start-up, and the bytes of one. */
  readonly start: string
  readonly stepBytes: number
  /** Weights that stand together in the file. */
  readonly run: number
  fits(p: Convolution): boolean
  /** Steps of one output channel by what is named of it. */
  stepsOf(named: number): number
  /** Nanoseconds of a step of eight pixels; docs/kernels.md. */
  readonly stepCost: number
}

/** Returns the kernel of a form: CONV_2D of int8 along one axis that multiplies only weights that are not zero. */
export function sparseLine(form: SparseForm): Kernel<Convolution> {
  return {
    name: form.name,
    flavours: ['simd', 'relaxed'],
    fits(p, { goal }) {
      const line = lineOf(p)
      if (p.int16 || p.groups !== 1 || !line || goal !== 'speed' || line.outT < 8 || !form.fits(p)) return false
      if (nonZero(p.filter) > DENSEST * p.filter.length || p.filter.length / p.outC >= LARGEST) return false
      return tiling(p, line).rowBytes < LARGEST && laneScaling(p, p.filter) !== undefined
    },
    cost: p => costOf(form, p, lineOf(p)!),
    scratchBytes: p => tiling(p, lineOf(p)!).scratchBytes,
    reservedBytes: p => form.stepBytes * (p.outC + stepsOf(form, p)),
    pitch: () => ({ inputs: true, output: true }),
    emit: (p, to) => call(form, p, lineOf(p)!, to),
  }
}

function call(form: SparseForm, p: Convolution, line: Line, to: Emitter): string {
  const { inC } = p.window
  const { rowPixels, piece } = tiling(p, line)
  const { scale, shift, place } = scalingOf(p)
  to.atStart(
    to.call('conv2d-sparse', form.start, [
      ['weights', to.data(packSparse(p.filter, p.outC, form.run).bytes, 2), p.outC, inC],
      ['stride, dilation', line.stride, line.dilation],
      ['pixels of a row', rowPixels],
      ['to', to.reserved()],
    ]),
  )
  return to.call('conv2d-sparse', `conv2dSparse<${form.row}, ${scale}>`, [
    ['input', to.input(0), to.inputPitch(0), line.inT, inC],
    ['output', to.output(0), to.outputPitch(0), line.outT, p.outC],
    ['weights', to.reserved()],
    ['stride, span, padding', line.stride, spanOf(line), line.pad],
    // The constants of each channel side by side.
    ['channels', place(to, withoutInputZero(p).bias, evenBlocks(p.outC, 1))],
    ['scratch, pixels of a row, pixels at a time', to.scratch(), rowPixels, piece],
    ['batches', line.batches],
    ['zero point', p.inputZero],
    ['shift', shift],
    ['clamp', p.min, p.max],
  ])
}

/** In float32, in doubles or in whole numbers. */
function scalingOf(p: Convolution): Pick<LayerScaling, 'shift' | 'place'> & { scale: keyof typeof COST.output } {
  const floats = floatsOf(p, p.filter)
  if (floats) return scalingByFloats(floats)
  const lanes = laneScaling(p, p.filter)!
  const doubles = doubleScaling(p, sumRanges(p, p.filter))
  return {
    scale: doubles ? 'f64' : 'i32',
    shift: lanes.shift,
    place: (to, bias, blocks) => to.data(packBlockChannels(bias, doubles ?? lanes, blocks), 16),
  }
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
  // Tiles read and fillings write up to 15 pixels past the last.
  const extra = Math.ceil(spanOf(line) / line.stride) + 8
  const most = Math.floor((SCRATCH_BYTES / (2 * rows) - extra) / TILE) * TILE
  const piece = Math.min(Math.max(most, TILE), Math.ceil(line.outT / TILE) * TILE)
  const rowPixels = piece + extra
  const rowBytes = 2 * rows * rowPixels
  return { piece, rowPixels, rowBytes, scratchBytes: rowBytes + 8 * piece + 64 }
}

function stepsOf(form: SparseForm, p: Convolution): number {
  return packSparse(p.filter, p.outC, form.run).places.reduce((sum, { length }) => sum + form.stepsOf(length), 0)
}

/** Nanoseconds of an output vector by what scales it, and of an input that is transposed; docs/kernels.md. */
const COST = { output: { f32: 1.2, f64: 1.8, i32: 2.8 }, input: 0.1 }

function costOf(form: SparseForm, p: Convolution, line: Line): number {
  const output = COST.output[scalingOf(p).scale]
  const eights = 2 * Math.ceil(line.outT / 16)
  const products = eights * (stepsOf(form, p) * form.stepCost + p.outC * 2 * output)
  return line.batches * (products + line.inT * p.window.inC * COST.input)
}
