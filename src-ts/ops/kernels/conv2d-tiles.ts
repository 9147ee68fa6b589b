import type { Kernel } from '../kernel.ts'
import { packChannels } from '../parts/channels.ts'
import { type Convolution, withoutInputZero } from '../parts/convolution.ts'
import { packTiles, SUMS_BYTES, sumsHaveRoom, tileRun } from '../parts/tiles.ts'

/** CONV_2D of int8 without vectors: two windows and two filters at a time, weights in read-only constants. */
export const conv2dTiles: Kernel<Convolution> = {
  name: 'conv2d-tiles',
  flavours: ['scalar', 'firmware'],
  fits: p => !p.int16 && sumsHaveRoom(p, p.filter),
  /** Four sums and two windows. */
  scratchBytes: p => SUMS_BYTES + 2 * p.window.filterH * tileRun(p.window.filterW * (p.window.inC / p.groups)),
  emit(p, to) {
    const w = p.window
    const run = w.filterW * (w.inC / p.groups)
    to.exported('dot-tile', 'dotTile')
    return to.call('conv2d-tiles', 'conv2dTiles', [
      ['input', to.input(0), w.batches, w.inH, w.inW, w.inC],
      ['output', to.output(0), w.outH, w.outW, p.outC],
      ['filter', to.readOnly(packTiles(p.filter, p.outC, w.filterH, run, p.groups), 8), w.filterH, w.filterW],
      ['channels', to.readOnly(packChannels(withoutInputZero(p)), 4)],
      ['scratch', to.scratch()],
      ['stride', w.strideH, w.strideW],
      ['dilation', w.dilationH, w.dilationW],
      ['padding', w.padTop, w.padLeft],
      ['groups', p.groups],
      ['zero points', p.inputZero, p.outputZero],
      ['clamp', p.min, p.max],
    ])
  },
}
