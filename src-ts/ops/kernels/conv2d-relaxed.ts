import type { Emitter, Kernel, KernelTarget } from '../kernel.ts'
import { evenBlocks, packBlockChannels } from '../parts/channel-blocks.ts'
import { type Convolution, withoutInputZero } from '../parts/convolution.ts'
import { lineOf } from '../parts/convolution-line.ts'
import { laneScaling } from '../parts/lane-scaling.ts'
import type { Window } from '../parts/window.ts'
import { conv2dBlocks } from './conv2d-blocks.ts'
import { conv2dToomCook } from './conv2d-toom-cook.ts'

/** Lines of the input in scratch: half of a first-level cache of 32 KB. */
const SCRATCH_BYTES = 16384
/** Where weights are read less often, memory is the limit, and a second copy of them in the file is not worth it. */
const LEAST_WINDOWS = 8
/** Kernels without the relaxed instruction. */
const others: readonly Kernel<Convolution>[] = [conv2dToomCook, conv2dBlocks]

/**
 * CONV_2D of int8 by the relaxed dot product. What that computes with operands of eight bits is the engine's choice: a probe finds it
 * when the module is instantiated, and where the sums would not be exact, the best kernel without it runs.
 */
export const conv2dRelaxed: Kernel<Convolution> = {
  name: 'conv2d-relaxed',
  flavours: ['relaxed'],
  fits: (p, on) =>
    on.goal === 'speed' &&
    !p.int16 &&
    p.groups === 1 &&
    geometry(p).dilationW === 1 &&
    windowsOf(p) >= LEAST_WINDOWS &&
    conv2dBlocks.fits!(p, on),
  /** Twice as fast as int16 where it is exact. */
  cost: (p, on) => Math.min(...fitting(p, on).map(kernel => kernel.cost!(p, on))) / 2,
  pitch: p => ({ inputs: !readsInPlace(geometry(p)), output: true }),
  scratchBytes: (p, on) => Math.max(tiling(p).scratchBytes, other(p, on).scratchBytes?.(p, on) ?? 0),
  reservedBytes: (p, on) => other(p, on).reservedBytes?.(p, on) ?? 0,
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

function call(p: Convolution, to: Emitter): string {
  const w = geometry(p)
  const { linePixels, lines, scratchBytes } = tiling(p)
  const run = w.filterW * w.inC
  const blocks = evenBlocks(p.outC, 4)
  const scaling = laneScaling(p, p.filter)!
  const signed = withoutInputZero(p)
  // Σ w·(x + 128) − 128·Σ w
  const unsigned = withoutInputZero({ ...p, bias: signed.bias, inputZero: 128 })
  return to.call('conv2d-relaxed', 'conv2dRelaxed', [
    ['input', to.input(0), to.inputPitch(0), w.inH, w.inW, w.inC],
    ['output', to.output(0), to.outputPitch(0), w.outH, w.outW, p.outC],
    ['weights', to.data(packRuns(p.filter, p.outC, w.filterH, run), 16), w.filterH, run],
    ['stride, dilation, padding', w.strideH, w.strideW, w.dilationH, w.padTop, w.padLeft],
    [
      'channels for unsigned, for signed',
      to.data(packBlockChannels(unsigned.bias, scaling, blocks), 16),
      to.data(packBlockChannels(signed.bias, scaling, blocks), 16),
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

/** The window, with the pixels of a 1×1 convolution as one line. */
function geometry(p: Convolution): Window {
  const w = p.window
  const line = w.filterH === 1 && w.filterW === 1 ? lineOf(p) : undefined
  if (line && line.stride === 1 && line.pad === 0) {
    const pixels = w.batches * w.inH * w.inW
    return {
      ...w,
      batches: 1,
      inH: 1,
      outH: 1,
      inW: pixels,
      outW: pixels,
      dilationH: 1,
      dilationW: 1,
      padTop: 0,
      padLeft: 0,
    }
  }
  return { ...w, dilationH: w.filterH === 1 ? 1 : w.dilationH, dilationW: w.filterW === 1 ? 1 : w.dilationW }
}

function windowsOf(p: Convolution): number {
  const { batches, outH, outW } = p.window
  return batches * outH * outW
}

/** Whether no window crosses a border. */
function readsInPlace(w: Window): boolean {
  const last = (out: number, stride: number, taps: number) => (out - 1) * stride + taps
  return (
    w.padTop === 0 &&
    w.padLeft === 0 &&
    last(w.outH, w.strideH, (w.filterH - 1) * w.dilationH + 1) <= w.inH &&
    last(w.outW, w.strideW, w.filterW) <= w.inW
  )
}

/** Output lines that are computed at a time, and the pixels of a line: of the input where windows are read in place. */
function tiling(p: Convolution): { linePixels: number; lines: number; scratchBytes: number } {
  const w = geometry(p)
  if (readsInPlace(w)) {
    return { linePixels: w.inW, lines: w.outH, scratchBytes: 0 }
  }
  const linePixels = (w.outW - 1) * w.strideW + w.filterW
  const span = (w.filterH - 1) * w.dilationH + 1
  const most = Math.floor((SCRATCH_BYTES / (linePixels * w.inC) - span) / w.strideH) + 1
  const lines = Math.min(w.outH, Math.max(1, most))
  return { linePixels, lines, scratchBytes: ((lines - 1) * w.strideH + span) * linePixels * w.inC + 32 }
}

/** Filters [outC, rows, run] in blocks of four: for each row and 16 bytes of the run, 16 bytes of each of the four; zeros fill up. */
function packRuns(filter: Int8Array, outC: number, rows: number, run: number): Int8Array {
  const steps = Math.ceil(run / 16)
  const packed = new Int8Array(Math.ceil(outC / 4) * rows * steps * 64)
  for (let o = 0; o < outC; o++) {
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < run; k++) {
        packed[((((o >> 2) * rows + row) * steps + (k >> 4)) * 4 + (o & 3)) * 16 + (k & 15)] =
          filter[(o * rows + row) * run + k]
      }
    }
  }
  return packed
}

function fitting(p: Convolution, on: KernelTarget): Kernel<Convolution>[] {
  return others.filter(kernel => kernel.fits?.(p, on) ?? true)
}

/** The cheapest kernel without the relaxed instruction. */
function other(p: Convolution, on: KernelTarget): Kernel<Convolution> {
  return fitting(p, on).reduce((best, kernel) => (kernel.cost!(p, on) < best.cost!(p, on) ? kernel : best))
}
