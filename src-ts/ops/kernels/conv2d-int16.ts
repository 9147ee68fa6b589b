import type { Kernel } from '../kernel.ts'
import { type Channels, packWideChannels } from '../parts/channels.ts'
import type { Window } from '../parts/window.ts'

/** A convolution of int16 by int8: what CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED come down to. No zero points. */
export interface Int16Convolution extends Channels {
  readonly window: Window
  readonly outC: number
  readonly groups: number
  /** [outC, filterH, filterW, inC / groups]. */
  readonly filter: Int8Array
  readonly min: number
  readonly max: number
}

/** CONV_2D, and what comes down to it, of int16 by int8. */
export const conv2dInt16: Kernel<Int16Convolution> = {
  name: 'conv2d-int16',
  fits: (_, { element }) => element.name === 'i16',
  emit(p, to) {
    const w = p.window
    return to.call('conv2d-int16', `conv2dInt16<${p.wide ? 'i64' : 'i32'}>`, [
      ['input', to.input(0), w.batches, w.inH, w.inW, w.inC],
      ['output', to.output(0), w.outH, w.outW, p.outC],
      ['filter', to.data(p.filter, 1), w.filterH, w.filterW],
      ['channels', to.data(packWideChannels(p), 8)],
      ['stride', w.strideH, w.strideW],
      ['dilation', w.dilationH, w.dilationW],
      ['padding', w.padTop, w.padLeft],
      ['groups', p.groups],
      ['clamp', p.min, p.max],
    ])
  },
}

/** Returns the same kernel for an op whose nodes are such a convolution in another form. */
export function conv2dInt16Of<Prepared>(form: (prepared: Prepared) => Int16Convolution): Kernel<Prepared> {
  return {
    name: conv2dInt16.name,
    fits: (_, { element }) => element.name === 'i16',
    emit: (prepared, to) => conv2dInt16.emit(form(prepared), to),
  }
}
