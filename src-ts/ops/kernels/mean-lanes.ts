import type { Kernel } from '../kernel.ts'
import { type Reduction, reductionSizes } from '../parts/reduction.ts'

/** What MEAN and SUM prepare. */
export interface MeanPrepared extends Reduction {
  readonly multiplier: number
  readonly shift: number
  readonly inputZero: number
  readonly outputZero: number
  readonly min: number
  readonly max: number
  /** Rows at the end that are new in each inference; undefined where the input is not remembered. */
  readonly arriving?: number
}

/** MEAN and SUM of int8 over other axes than the last, eight channels at a time. */
export const meanLanes: Kernel<MeanPrepared> = {
  name: 'mean-lanes',
  flavours: ['simd', 'relaxed'],
  fits: (p, { element }) =>
    element.name === 'i8' && p.inner >= 4 && 255 * p.first * p.second * 2 ** Math.max(p.shift, 0) < 2 ** 30,
  emit: (p, to) =>
    to.call('mean-lanes', 'meanLanes', [
      ['input', to.input(0), ...reductionSizes(p)],
      ['output', to.output(0)],
      ['scale', p.multiplier, p.shift],
      ['zero points', p.inputZero, p.outputZero],
      ['clamp', p.min, p.max],
    ]),
}
