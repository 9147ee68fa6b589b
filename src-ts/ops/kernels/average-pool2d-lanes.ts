import type { Kernel } from '../kernel.ts'
import { startsInside, type Window } from '../parts/window.ts'

/** What AVERAGE_POOL_2D prepares. */
export interface AveragePool2dPrepared {
  readonly window: Window
  readonly min: number
  readonly max: number
}

/** Sums of more taps than these may leave 16 bits. */
const MOST_TAPS = 256

/** AVERAGE_POOL_2D of int8, eight channels at a time. */
export const averagePool2dLanes: Kernel<AveragePool2dPrepared> = {
  name: 'average-pool2d-lanes',
  flavours: ['simd', 'relaxed'],
  fits: ({ window: w }, { element }) => element.name === 'i8' && w.filterH * w.filterW <= MOST_TAPS,
  inPlace: ({ window }) => (startsInside(window) ? [0] : []),
  emit: ({ window: w, min, max }, to) =>
    to.call('average-pool2d-lanes', 'averagePool2dLanes', [
      ['input', to.input(0), w.batches, w.inH, w.inW, w.inC],
      ['output', to.output(0), w.outH, w.outW],
      ['filter', w.filterH, w.filterW],
      ['stride', w.strideH, w.strideW],
      ['padding', w.padTop, w.padLeft],
      ['clamp', min, max],
    ]),
}
