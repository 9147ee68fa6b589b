import type { Kernel } from '../kernel.ts'
import { operandAddresses, walkArguments, wholeOperands } from '../parts/broadcast.ts'
import type { ScaledSumPrepared } from '../parts/scaled-sum.ts'

/** ADD and SUB of any shapes and element types. */
export const scaledSum: Kernel<ScaledSumPrepared> = {
  name: 'scaled-sum',
  inPlace: wholeOperands,
  emit(p, to) {
    const [a, b] = operandAddresses(p, to)
    return to.call('scaled-sum', `scaledSum<${to.element.name}>`, [
      ['a', a, p.zeroPoints[0], p.factors[0].multiplier, p.factors[0].shift],
      ['b', b, p.zeroPoints[1], p.factors[1].multiplier, p.factors[1].shift, p.sign, p.leftShift],
      ['output', to.output(0), p.outputZero, p.outputFactor.multiplier, p.outputFactor.shift],
      ['clamp', p.min, p.max],
      ...walkArguments(p, to),
    ])
  },
}
