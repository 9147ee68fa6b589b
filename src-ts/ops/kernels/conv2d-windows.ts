import type { Kernel } from '../kernel.ts'
import { packChannels } from '../parts/channels.ts'
import { type Convolution, withoutInputZero } from '../parts/convolution.ts'
import { packFilter } from '../parts/filter-layout.ts'

/** CONV_2D of int8 in every form: each window is read in place, or gathered where it crosses the border, is dilated or belongs to a group. */
export const conv2dWindows: Kernel<Convolution> = {
  name: 'conv2d-windows',
  fits: p => !p.int16,
  /** Two windows. */
  scratchBytes: p => 2 * p.window.filterH * roundUp8(p.window.filterW * (p.window.inC / p.groups)),
  emit(p, to) {
    const w = p.window
    return to.call('conv2d', 'conv2d', [
      ['input', to.input(0), w.batches, w.inH, w.inW, w.inC],
      ['output', to.output(0), w.outH, w.outW, p.outC],
      [
        'filter',
        to.data(packFilter(p.filter, p.outC, w.filterH, w.filterW * (w.inC / p.groups), to.flavour, p.groups), 16),
        w.filterH,
        w.filterW,
      ],
      ['channels', to.data(packChannels(withoutInputZero(p)), 4)],
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

function roundUp8(n: number): number {
  return Math.ceil(n / 8) * 8
}
