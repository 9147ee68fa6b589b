import type { Emitter, Kernel, KernelTarget } from '../kernel.ts'
import { blockBits, channelBlocks, packBlocks, paddedChannels } from '../parts/channel-blocks.ts'
import { type Convolution, withoutInputZero } from '../parts/convolution.ts'
import { type Line, lineOf } from '../parts/convolution-line.ts'
import { laneScaling } from '../parts/lane-scaling.ts'
import { layerScaling, scalesByFloats } from '../parts/layer-scaling.ts'

/** Scratch of widened pixels. For speed half of a first-level cache of 32 KB, which holds a block of weights as well. */
const SCRATCH_BYTES = { speed: 16384, size: 2048 }
/** Where each weight is read at least so often, it is widened once, at start-up, and not each time. */
const READS_WORTH_WIDENING = 8
/** Blocks of weights that are larger no longer stay in a first-level cache of 32 KB: int8 is half as much to load. */
const WIDE_BLOCK_BYTES = 24576

/** CONV_2D of int8, neither grouped nor dilated along a plane's width: windows of widened rows times blocks of channels. */
export const conv2dBlocks: Kernel<Convolution> = {
  name: 'conv2d-blocks',
  flavours: ['simd', 'relaxed'],
  fits: p =>
    !p.int16 &&
    p.groups === 1 &&
    (lineOf(p) !== undefined || p.window.dilationW === 1) &&
    laneScaling(p, p.filter) !== undefined,
  cost: blocksCost,
  scratchBytes: (p, on) => tiling(p, on).scratchBytes,
  reservedBytes: (p, on) => (widensAtStart(p, on) ? 2 * packedBytes(p) : 0),
  pitch: () => ({ inputs: true, output: true }),
  emit: emitBlocks,
}

/** Runs of bytes that lie side by side in a window, with the length of each. */
function runsOf(p: Convolution): { rows: number; run: number } {
  const { filterH, filterW, inC } = p.window
  const line = lineOf(p)
  if (!line) return { rows: filterH, run: filterW * inC }
  return line.dilation === 1 ? { rows: 1, run: line.taps * inC } : { rows: line.taps, run: inC }
}

function packedBytes(p: Convolution): number {
  const { rows, run } = runsOf(p)
  return paddedChannels(p.outC) * rows * 2 * Math.ceil(run / 2)
}

/** Output pixels, or lines of them, that are computed from one filling of the scratch. */
function tiling(p: Convolution, { goal }: KernelTarget): { piece: number; scratchBytes: number } {
  const w = p.window
  const line = lineOf(p)
  const [taps, stride, dilation, out] = line
    ? [line.taps, line.stride, line.dilation, line.outT]
    : [w.filterH, w.strideH, w.dilationH, w.outH]
  const bytes = 2 * w.inC * (line ? 1 : (w.outW - 1) * w.strideW + w.filterW)
  const span = (taps - 1) * dilation + 1
  // Tiles are of two or four pixels.
  const most = Math.floor((SCRATCH_BYTES[goal] / bytes - span) / stride) + 1
  const piece = Math.min(out, line ? Math.max(4, most & ~3) : Math.max(1, most))
  return { piece, scratchBytes: ((piece - 1) * stride + span) * bytes + 32 }
}

function windowsOf({ window: { batches, outH, outW } }: Convolution): number {
  return batches * outH * outW
}

function widensAtStart(p: Convolution, { goal }: KernelTarget): boolean {
  const { rows, run } = runsOf(p)
  return goal === 'speed' && windowsOf(p) >= READS_WORTH_WIDENING && 32 * rows * run <= WIDE_BLOCK_BYTES
}

/**
 * Nanoseconds of a vector step of the products, of one where a single window takes all weights, of an output vector and of an input that is
 * widened; docs/kernels.md.
 */
const COST = { products: 0.23, alone: 0.37, output: 1.5, outputByFloats: 0.8, input: 0.1 }

function blocksCost(p: Convolution, on: KernelTarget): number {
  const { batches, outH, outW, inH, inW, inC } = p.window
  const { rows, run } = runsOf(p)
  const vectors = channelBlocks(p.outC).reduce((sum, { width }) => sum + width / 4, 0)
  const products = outH * outW === 1 ? COST.alone : COST.products
  const output = scalesByFloats(p, p.filter, windowsOf(p), on) ? COST.outputByFloats : COST.output
  const outputs = outH * outW * vectors * (rows * Math.ceil(run / 2) * products + output)
  return batches * (outputs + inH * inW * inC * COST.input)
}

function emitBlocks(p: Convolution, to: Emitter): string {
  const { rows, run } = runsOf(p)
  const packed = packBlocks(p.filter, p.outC, rows, run)
  const atStart = widensAtStart(p, to)
  const inFile = to.data(packed, 16)
  if (atStart) {
    to.atStart(
      to.call('conv2d-blocks', 'widenWeights', [
        ['int8', inFile],
        ['int16', to.reserved(), packed.length],
      ]),
    )
  }
  const weights = atStart ? to.reserved() : inFile
  const type = atStart ? 'i16' : 'i8'
  const scaling = layerScaling(p, p.filter, windowsOf(p), to)
  const channels = scaling.place(to, withoutInputZero(p).bias, channelBlocks(p.outC))
  const { inC, batches } = p.window
  const { piece } = tiling(p, to)
  const line = lineOf(p)
  to.need('BLOCKS', blockBits(p.outC, type, scaling.scale, (line ? line.outT : p.window.outW) === 1))
  return line ? lineCall(p, line) : planeCall()

  function lineCall(p: Convolution, l: Line): string {
    return to.call('conv2d-blocks', `convolveLine<${type}, ${scaling.scale}>`, [
      ['input', to.input(0), to.inputPitch(0), l.inT, inC],
      ['output', to.output(0), to.outputPitch(0), l.outT, p.outC],
      ['filter', weights, l.taps],
      ['stride, dilation, padding', l.stride, l.dilation, l.pad],
      ['channels', channels],
      ['scratch, pixels at a time', to.scratch(), piece],
      ['batches', l.batches],
      ['zero point', p.inputZero],
      ['shift', scaling.shift],
      ['clamp', p.min, p.max],
    ])
  }

  function planeCall(): string {
    const w = p.window
    return to.call('conv2d-blocks', `convolvePlane<${type}, ${scaling.scale}>`, [
      ['input', to.input(0), to.inputPitch(0), w.inH, w.inW, inC],
      ['output', to.output(0), to.outputPitch(0), w.outH, w.outW, p.outC],
      ['filter', weights, w.filterH, w.filterW],
      ['stride, dilation, padding', w.strideH, w.strideW, w.dilationH, w.padTop, w.padLeft],
      ['channels', channels],
      ['scratch, lines at a time', to.scratch(), piece],
      ['batches', batches],
      ['zero point', p.inputZero],
      ['shift', scaling.shift],
      ['clamp', p.min, p.max],
    ])
  }
}
