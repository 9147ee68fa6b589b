import type { Kernel } from '../kernel.ts'
import { operandAddresses, wholeOperands } from '../parts/broadcast.ts'
import type { ScaledSumPrepared } from '../parts/scaled-sum.ts'

/** ADD and SUB of int8 of any shapes, eight elements at a time. Factors are below 1, so that sums stay below 2^30. */
export const scaledSumLanes: Kernel<ScaledSumPrepared> = {
  name: 'scaled-sum-lanes',
  flavours: ['simd', 'relaxed'],
  fits: (_, { element }) => element.name === 'i8',
  inPlace: wholeOperands,
  emit(p, to) {
    const [a, b] = operandAddresses(p, to)
    return to.call('scaled-sum-lanes', 'scaledSumLanes', [
      ['a', a, p.zeroPoints[0], p.factors[0].multiplier, p.factors[0].shift],
      ['b', b, p.zeroPoints[1], p.factors[1].multiplier, p.factors[1].shift, p.sign, p.leftShift],
      ['output', to.output(0), p.outputZero, p.outputFactor.multiplier, p.outputFactor.shift],
      ['clamp', p.min, p.max],
      ['sizes', ...p.walk.sizes],
      ['steps of a', ...p.walk.stepsA],
      ['steps of b', ...p.walk.stepsB],
    ])
  },
}
