import type { Kernel } from '../kernel.ts'
import { packChannels } from '../parts/channels.ts'
import type { Depthwise } from '../parts/depthwise.ts'

/** DEPTHWISE_CONV_2D of int8 in every form: a pixel at a time, with the taps that lie inside the input. */
export const depthwiseConv2dPixels: Kernel<Depthwise> = {
  name: 'depthwise-conv2d-pixels',
  fits: (_, { element }) => element.name === 'i8',
  emit(p, to) {
    const w = p.window
    return to.call('depthwise-conv2d', 'depthwiseConv2d', [
      ['input', to.input(0), w.batches, w.inH, w.inW, w.inC],
      ['output', to.output(0), w.outH, w.outW, p.depthMultiplier],
      ['filter', to.data(p.filter, 16), w.filterH, w.filterW],
      ['channels', to.data(packChannels(p), 4)],
      ['stride', w.strideH, w.strideW],
      ['dilation', w.dilationH, w.dilationW],
      ['padding', w.padTop, w.padLeft],
      ['zero points', p.inputZero, p.outputZero],
      ['clamp', p.min, p.max],
    ])
  },
}
