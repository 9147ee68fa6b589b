import type { Kernel } from '../kernel.ts'
import { evenBlocks, packBlockChannels } from '../parts/channel-blocks.ts'
import { withoutInputZero } from '../parts/convolution.ts'
import { channelsFirst, type Depthwise } from '../parts/depthwise.ts'
import { laneScaling } from '../parts/lane-scaling.ts'

/** Lines of the input in scratch: half of a first-level cache of 32 KB. */
const SCRATCH_BYTES = 16384

/** DEPTHWISE_CONV_2D of int8 with a filter for each channel: two neighbouring outputs of eight channels at a time. */
export const depthwiseConv2dPairs: Kernel<Depthwise> = {
  name: 'depthwise-conv2d-pairs',
  flavours: ['simd', 'relaxed'],
  fits: (p, { element, goal }) =>
    element.name === 'i8' &&
    goal === 'speed' &&
    p.depthMultiplier === 1 &&
    laneScaling(p, channelsFirst(p)) !== undefined,
  cost: costOf,
  scratchBytes: p => tiling(p).scratchBytes,
  reservedBytes: p => blocksOf(p) * p.window.filterH * pairsOf(p) * 64,
  pitch: () => ({ inputs: true, output: true }),
  emit(p, to) {
    const w = p.window
    const { linePixels, lines } = tiling(p)
    const pairs = pairsOf(p)
    to.atStart(
      to.call('depthwise-pairs', 'pairWeights', [
        ['filter', to.data(p.filter, 16), w.filterH, w.filterW, w.inC],
        ['stride, dilation', w.strideW, w.dilationW],
        ['pairs', pairs],
        ['to', to.reserved()],
      ]),
    )
    const filter = channelsFirst(p)
    const { bias } = withoutInputZero({ ...p, outC: w.inC, filter })
    const scaling = laneScaling(p, filter)!
    return to.call('depthwise-pairs', 'depthwiseConv2dPairs', [
      ['input', to.input(0), to.inputPitch(0), w.inH, w.inW, w.inC],
      ['output', to.output(0), to.outputPitch(0), w.outH, w.outW],
      ['weights', to.reserved(), w.filterH, pairs],
      ['stride, dilation, padding', w.strideH, w.strideW, w.dilationH, w.padTop, w.padLeft],
      ['channels', to.data(packBlockChannels(bias, scaling, evenBlocks(w.inC, 8)), 16)],
      ['scratch, pixels of a line, lines at a time', to.scratch(), linePixels, lines],
      ['batches', w.batches],
      ['zero point', p.inputZero],
      ['shift', scaling.shift],
      ['clamp', p.min, p.max],
    ])
  },
}

const blocksOf = ({ window }: Depthwise): number => Math.ceil(window.inC / 8)

/** Pairs of neighbouring pixels that two neighbouring outputs see of a line. */
function pairsOf({ window: w }: Depthwise): number {
  return Math.ceil(((w.filterW - 1) * w.dilationW + 1 + w.strideW) / 2)
}

/** Output lines that are computed from one filling of the scratch, and the pixels of a line there. */
function tiling(p: Depthwise): { linePixels: number; lines: number; scratchBytes: number } {
  const w = p.window
  const linePixels = (Math.ceil(w.outW / 2) - 1) * 2 * w.strideW + pairsOf(p) * 2
  const lineBytes = linePixels * w.inC
  const span = (w.filterH - 1) * w.dilationH + 1
  const most = Math.floor((SCRATCH_BYTES / lineBytes - span) / w.strideH) + 1
  const lines = Math.min(w.outH, Math.max(1, most))
  return { linePixels, lines, scratchBytes: ((lines - 1) * w.strideH + span) * lineBytes + 16 }
}

function costOf(p: Depthwise): number {
  const { batches, outH, outW, filterH } = p.window
  return batches * outH * Math.ceil(outW / 2) * blocksOf(p) * (filterH * (pairsOf(p) * 1.2 + 1) + 10.5)
}
