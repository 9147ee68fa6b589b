import type { Kernel } from '../kernel.ts'

/** What SOFTMAX of int8 prepares. */
export interface SoftmaxPrepared {
  readonly rows: number
  readonly classes: number
  /** Of the output: 8 or 16. */
  readonly bits: number
  /** exp of a difference to the row's maximum as Q0.31; entry d + 255 for d = −255 … 0. 0 where TFLM leaves it out. */
  readonly exponentials: Int32Array
}

/** SOFTMAX of int8, a row at a time. */
export const softmaxRows: Kernel<SoftmaxPrepared> = {
  name: 'softmax-rows',
  fits: p => 'exponentials' in p,
  inPlace: ({ bits }) => (bits === 8 ? [0] : []),
  emit: (p, to) =>
    to.call('softmax', `softmax<i${p.bits}>`, [
      ['input', to.input(0), p.rows, p.classes],
      ['output', to.output(0)],
      ['exponentials', to.data(p.exponentials, 4)],
    ]),
}
