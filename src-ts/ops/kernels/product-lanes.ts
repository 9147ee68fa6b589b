import type { Multiplier } from '../../ir/fixed-point.ts'
import type { Kernel } from '../kernel.ts'
import { type Operands, operandAddresses, wholeOperands } from '../parts/broadcast.ts'

/** What MUL prepares. */
export interface MulPrepared extends Operands {
  readonly factor: Multiplier
  readonly outputZero: number
  readonly min: number
  readonly max: number
}

/** Products of two int8 without their zero points are below 2^16: shifted to the left by more, they leave 30 bits. */
const LARGEST_LEFT_SHIFT = 13

/** MUL of int8 of any shapes, eight elements at a time. */
export const productLanes: Kernel<MulPrepared> = {
  name: 'product-lanes',
  flavours: ['simd', 'relaxed'],
  fits: ({ factor }, { element }) => element.name === 'i8' && factor.shift <= LARGEST_LEFT_SHIFT,
  inPlace: wholeOperands,
  emit(p, to) {
    const [a, b] = operandAddresses(p, to)
    return to.call('product-lanes', 'productLanes', [
      ['a', a, p.zeroPoints[0]],
      ['b', b, p.zeroPoints[1]],
      ['output', to.output(0), p.outputZero, p.factor.multiplier, p.factor.shift],
      ['clamp', p.min, p.max],
      ['sizes', ...p.walk.sizes],
      ['steps of a', ...p.walk.stepsA],
      ['steps of b', ...p.walk.stepsB],
    ])
  },
}
