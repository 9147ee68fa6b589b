import type { Emitter, Kernel, KernelTarget } from '../kernel.ts'
import { packBlocks } from '../parts/channel-blocks.ts'
import { type Convolution, withoutInputZero } from '../parts/convolution.ts'
import { lineOf } from '../parts/convolution-line.ts'
import { layerScaling } from '../parts/layer-scaling.ts'
import { relaxedBlocks } from '../parts/relaxed-blocks.ts'
import { conv2dBlocks } from './conv2d-blocks.ts'
import { conv2dToomCook } from './conv2d-toom-cook.ts'
import { conv2dToomCookPlane } from './conv2d-toom-cook-plane.ts'

/** Lines of the input in scratch: half of a first-level cache of 32 KB. */
const SCRATCH_BYTES = 16384
/** Where weights are read less often, memory is the limit, and a second copy of them in the file is not worth it. */
const LEAST_WINDOWS = 8
/** Nanoseconds of an output vector, and of a byte that is copied; docs/kernels.md. */
const COST = { output: 1.66, input: 0.04 }
/** Kernels without the relaxed instruction. */
const others: readonly Kernel<Convolution>[] = [conv2dToomCook, conv2dToomCookPlane, conv2dBlocks]

/**
 * CONV_2D of int8 by the relaxed dot product. What that computes with operands of eight bits is the engine's choice: a probe finds it
 * when the module is instantiated, and where the sums would not be exact, the best kernel without it runs.
 */
export const conv2dRelaxed: Kernel<Convolution> = {
  name: 'conv2d-relaxed',
  flavours: ['relaxed'],
  fits: (p, on) => on.goal === 'speed' && windowsOf(p) >= LEAST_WINDOWS && conv2dBlocks.fits!(p, on),
  /** Where it is exact. */
  cost: relaxedCost,
  pitch: p => ({ inputs: tiling(p).scratchBytes > 0, output: true }),
  scratchBytes: (p, on) => Math.max(tiling(p).scratchBytes, other(p, on).scratchBytes?.(p, on) ?? 0),
  reservedBytes: (p, on) => weightsAt(p, on) + weightBytes(p),
  emit(p, to) {
    const fallback = other(p, to).emit(p, to)
    return [
      `  if (${to.use('conv2d-relaxed', 'relaxedIsExact')}()) {`,
      call(p, to),
      '  } else {',
      fallback,
      '  }',
    ].join('\n')
  },
}

/** Where the weights begin among the reserved bytes: behind those of the other kernel. */
function weightsAt(p: Convolution, on: KernelTarget): number {
  return 16 * Math.ceil((other(p, on).reservedBytes?.(p, on) ?? 0) / 16)
}

function weightBytes(p: Convolution): number {
  const { rows, run } = geometry(p)
  const { first, width } = relaxedBlocks(p.outC).at(-1)!
  return (first + width) * rows * 4 * Math.ceil(run / 4)
}

function call(p: Convolution, to: Emitter): string {
  const w = geometry(p)
  const { linePixels, lines, scratchBytes } = tiling(p)
  const blocks = relaxedBlocks(p.outC)
  const wide = blocks.filter(({ width }) => width === 24).length
  const weights = to.reserved() + weightsAt(p, to)
  const packed = other(p, to) === conv2dBlocks
  to.atStart(
    to.call('relaxed-weights', 'quadWeights', [
      // The bytes that the other kernel has.
      [
        packed ? 'blocks' : 'filter',
        to.data(packed ? packBlocks(p.filter, p.outC, w.rows, w.run) : p.filter, packed ? 16 : 1),
        packed ? 1 : 0,
      ],
      ['filters', p.outC, w.rows, w.run],
      ['blocks of 24', wide],
      ['to', weights],
    ]),
  )
  const scaling = layerScaling(p, p.filter, windowsOf(p), to)
  const signed = withoutInputZero(p)
  // Σ w·(x + 128) − 128·Σ w
  const unsigned = withoutInputZero({ ...p, bias: signed.bias, inputZero: 128 })
  return to.call('conv2d-relaxed', `conv2dRelaxed<${scaling.scale}>`, [
    ['input', to.input(0), to.inputPitch(0), w.inH, w.inW, p.window.inC],
    ['output', to.output(0), to.outputPitch(0), w.outH, w.outW, p.outC],
    [
      'weights, blocks of 24; runs of a window and bytes from one to the next',
      weights,
      wide,
      w.rows,
      w.rowPixels(linePixels) * p.window.inC,
    ],
    ['bytes of a run, lines of a window', w.run, w.span],
    ['stride, padding', w.strideH, w.strideW, w.padTop, w.padLeft],
    [
      'channels for unsigned, for signed',
      scaling.place(to, unsigned.bias, blocks, 'whole'),
      scaling.place(to, signed.bias, blocks, 'whole'),
    ],
    [
      'scratch (0: windows are read in place), pixels of a line, lines at a time',
      scratchBytes > 0 ? to.scratch() : 0,
      linePixels,
      lines,
    ],
    ['batches', w.batches],
    ['zero point', p.inputZero],
    ['shift', scaling.shift],
    ['clamp', p.min, p.max],
  ])
}

/** A convolution as windows of `rows` runs of bytes that lie side by side. */
interface Geometry {
  readonly batches: number
  readonly inH: number
  readonly inW: number
  readonly outH: number
  readonly outW: number
  /** Lines that a window spans, and the pixels of a line that all its windows do. */
  readonly span: number
  readonly width: number
  readonly rows: number
  readonly run: number
  /** From one run to the next, where a line has so many pixels. */
  rowPixels(linePixels: number): number
  readonly strideH: number
  readonly strideW: number
  readonly padTop: number
  readonly padLeft: number
}

function geometry(p: Convolution): Geometry {
  const w = p.window
  const line = lineOf(p)
  if (!line) {
    const span = (w.filterH - 1) * w.dilationH + 1
    const width = (w.outW - 1) * w.strideW + w.filterW
    return { ...w, span, width, rows: w.filterH, run: w.filterW * w.inC, rowPixels: pixels => w.dilationH * pixels }
  }
  const { batches, inT, outT, taps, stride, dilation, pad } = line
  const [rows, run] = dilation === 1 ? [1, taps * w.inC] : [taps, w.inC]
  return {
    ...{ batches, inH: 1, inW: inT, outH: 1, outW: outT, span: 1, rows, run, rowPixels: () => dilation },
    ...{ strideH: 1, strideW: stride, padTop: 0, padLeft: pad },
    width: (outT - 1) * stride + (taps - 1) * dilation + 1,
  }
}

function windowsOf(p: Convolution): number {
  const { batches, outH, outW } = p.window
  return batches * outH * outW
}

/** Output lines that are computed at a time, and the pixels of a line: of the input where no window crosses a border. */
function tiling(p: Convolution): { linePixels: number; lines: number; scratchBytes: number } {
  const { inH, inW, outH, span, width, strideH, padTop, padLeft } = geometry(p)
  if (padTop === 0 && padLeft === 0 && (outH - 1) * strideH + span <= inH && width <= inW) {
    return { linePixels: inW, lines: outH, scratchBytes: 0 }
  }
  const lineBytes = width * p.window.inC
  const most = Math.floor((SCRATCH_BYTES / lineBytes - span) / strideH) + 1
  const lines = Math.min(outH, Math.max(1, most))
  return { linePixels: width, lines, scratchBytes: ((lines - 1) * strideH + span) * lineBytes + 32 }
}

function relaxedCost(p: Convolution): number {
  const { batches, inH, inW, outH, outW, rows, run } = geometry(p)
  const steps = rows * Math.ceil(run / 4)
  const window = relaxedBlocks(p.outC).reduce(
    (sum, { width, stepNs }) => sum + steps * stepNs + (width / 4) * COST.output,
    0,
  )
  const copied = tiling(p).scratchBytes ? inH * inW * p.window.inC * COST.input : 0
  return batches * (outH * outW * window + copied)
}

function fitting(p: Convolution, on: KernelTarget): Kernel<Convolution>[] {
  return others.filter(kernel => kernel.fits?.(p, on) ?? true)
}

/** The cheapest kernel without the relaxed instruction. */
function other(p: Convolution, on: KernelTarget): Kernel<Convolution> {
  return fitting(p, on).reduce((best, kernel) => (kernel.cost!(p, on) < best.cost!(p, on) ? kernel : best))
}
