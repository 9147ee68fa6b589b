import type { Channels } from './channels.ts'
import type { Window } from './window.ts'

/** What CONV_2D prepares for its reference and its kernels. */
export interface Convolution extends Channels {
  readonly int16: boolean
  readonly window: Window
  readonly outC: number
  /** Groups of input channels; each output channel sees one group. 1 for the ordinary convolution. */
  readonly groups: number
  /** [outC, filterH, filterW, inC / groups]. */
  readonly filter: Int8Array
  readonly inputZero: number
  readonly outputZero: number
  readonly min: number
  readonly max: number
}

/** Folds the input's zero point into the bias: Σ w·(x − zp) + b = Σ w·x + (b − zp·Σw), exact modulo 2³². */
export function withoutInputZero(p: Pick<Convolution, keyof Channels | 'filter' | 'inputZero' | 'outC'>): Channels {
  const perFilter = p.filter.length / p.outC
  const bias = Int32Array.from(p.bias, (b, o) => {
    let sum = 0
    for (let i = o * perFilter; i < (o + 1) * perFilter; i++) sum += p.filter[i]
    return (b - Math.imul(p.inputZero, sum)) | 0
  })
  return { ...p, bias }
}
