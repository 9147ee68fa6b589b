import type { Emitter } from '../op.ts'
import { type Channels, packWideChannels } from './channels.ts'
import type { Window } from './window.ts'

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

/** Emits one kernel for all of them. */
export function emitInt16Convolution(p: Int16Convolution, to: Emitter): string {
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
}
