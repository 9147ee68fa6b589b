import type { Channels } from './channels.ts'
import type { Window } from './window.ts'

/** What DEPTHWISE_CONV_2D prepares for its reference and its kernels. */
export interface Depthwise extends Channels {
  readonly window: Window
  readonly depthMultiplier: number
  /** [filterH, filterW, outC]. */
  readonly filter: Int8Array
  readonly inputZero: number
  readonly outputZero: number
  readonly min: number
  readonly max: number
}

/** Returns the filter as [outC, taps]. */
export function channelsFirst({ filter, bias }: Pick<Depthwise, 'filter' | 'bias'>): Int8Array {
  const outC = bias.length
  const taps = filter.length / outC
  return Int8Array.from(filter, (_, i) => filter[(i % taps) * outC + Math.floor(i / taps)])
}
