import type { Emitter, Kernel } from '../kernel.ts'
import { evenBlocks } from '../parts/channel-blocks.ts'
import type { Channels } from '../parts/channels.ts'
import { withoutInputZero } from '../parts/convolution.ts'
import { channelsFirst, type Depthwise } from '../parts/depthwise.ts'
import { laneScaling } from '../parts/lane-scaling.ts'
import { type LayerScaling, layerScaling } from '../parts/layer-scaling.ts'

/** Lines of the input in scratch: half of a first-level cache of 32 KB. */
const SCRATCH_BYTES = 16384
/** Bytes of the weights of eight channels and a step, for two outputs. */
const STEP_BYTES = 64

/** DEPTHWISE_CONV_2D of int8 with a filter for each channel: two neighbouring outputs of eight channels at a time. */
export const depthwiseConv2dPairs: Kernel<Depthwise> = {
  name: 'depthwise-conv2d-pairs',
  flavours: ['simd', 'relaxed'],
  fits: (p, { element, goal }) =>
    element.name === 'i8' &&
    goal === 'speed' &&
    p.depthMultiplier === 1 &&
    laneScaling(p, channelsFirst(p)) !== undefined,
  cost: p => stepsCost(p, 2, 1.2),
  scratchBytes: p => tiling(p, 2).scratchBytes,
  reservedBytes: p => weightBytes(p, 2),
  pitch: () => ({ inputs: true, output: true }),
  emit: (p, to) => stepsCall(p, to, PAIRS, to.reserved(), [withoutInputZero(asConvolution(p)).bias]),
}

/** The function that takes `taps` taps a step: 2 as int16, 4 as int8; its name by the type of what scales the sums. */
export interface StepsKernel {
  readonly file: string
  name(scale: LayerScaling['scale']): string
  readonly taps: 2 | 4
}

const PAIRS: StepsKernel = { file: 'depthwise-pairs', name: scale => `depthwiseConv2dSteps<i16, ${scale}>`, taps: 2 }

/** Returns the call of a kernel with the tables of its biases, and adds what lays out the weights at start-up. */
export function stepsCall(
  p: Depthwise,
  to: Emitter,
  { file, name, taps }: StepsKernel,
  weights: number,
  biases: readonly Channels['bias'][],
): string {
  const w = p.window
  const { linePixels, lines } = tiling(p, taps)
  const steps = stepsOf(p, taps)
  to.atStart(
    to.call('depthwise-pairs', `stepWeights<${taps === 2 ? 'i16' : 'i8'}>`, [
      ['filter', to.data(p.filter, 16), w.filterH, w.filterW, w.inC],
      ['stride, dilation', w.strideW, w.dilationW],
      ['steps', steps],
      ['to', weights],
    ]),
  )
  const scaling = layerScaling(p, channelsFirst(p), w.outH * w.outW, to)
  return to.call(file, name(scaling.scale), [
    ['input', to.input(0), to.inputPitch(0), w.inH, w.inW, w.inC],
    ['output', to.output(0), to.outputPitch(0), w.outH, w.outW],
    ['weights', weights, w.filterH, steps],
    ['stride, dilation, padding', w.strideH, w.strideW, w.dilationH, w.padTop, w.padLeft],
    ['channels', ...biases.map(bias => scaling.place(to, bias, evenBlocks(w.inC, 8)))],
    ['scratch, pixels of a line, lines at a time', to.scratch(), linePixels, lines],
    ['batches', w.batches],
    ['zero point', p.inputZero],
    ['shift', scaling.shift],
    ['clamp', p.min, p.max],
  ])
}

/** With the filter of each channel side by side. */
export function asConvolution(p: Depthwise) {
  return { ...p, outC: p.window.inC, filter: channelsFirst(p) }
}

export function weightBytes(p: Depthwise, taps: number): number {
  return blocksOf(p) * p.window.filterH * stepsOf(p, taps) * STEP_BYTES
}

const blocksOf = ({ window }: Depthwise): number => Math.ceil(window.inC / 8)

/** Steps over the pixels that two neighbouring outputs see of a line. */
function stepsOf({ window: w }: Depthwise, taps: number): number {
  return Math.ceil(((w.filterW - 1) * w.dilationW + 1 + w.strideW) / taps)
}

/** Output lines that are computed from one filling of the scratch, and the pixels of a line there. */
export function tiling(p: Depthwise, taps: number): { linePixels: number; lines: number; scratchBytes: number } {
  const w = p.window
  const linePixels = (Math.ceil(w.outW / 2) - 1) * 2 * w.strideW + stepsOf(p, taps) * taps
  const lineBytes = linePixels * w.inC
  const span = (w.filterH - 1) * w.dilationH + 1
  const most = Math.floor((SCRATCH_BYTES / lineBytes - span) / w.strideH) + 1
  const lines = Math.min(w.outH, Math.max(1, most))
  return { linePixels, lines, scratchBytes: ((lines - 1) * w.strideH + span) * lineBytes + 16 }
}

/** Nanoseconds, those of a step given; docs/kernels.md. */
export function stepsCost(p: Depthwise, taps: number, stepNs: number): number {
  const { batches, outH, outW, filterH } = p.window
  return batches * outH * Math.ceil(outW / 2) * blocksOf(p) * (filterH * (stepsOf(p, taps) * stepNs + 1) + 10.5)
}
