import type { Kernel } from '../kernel.ts'
import type { TwoSlopes } from '../parts/two-slopes.ts'

/** One factor from zero up and another below, between any two element types. */
export const twoSlopes: Kernel<TwoSlopes> = {
  name: 'two-slopes',
  fits: p => 'positive' in p,
  emit: (p, to) =>
    to.call('two-slopes', `twoSlopes<${p.from}, ${p.to}>`, [
      ['input', to.input(0), p.count],
      ['output', to.output(0)],
      ['zero points', p.inputZero, p.outputZero],
      ['positive', p.positive.multiplier, p.positive.shift],
      ['negative', p.negative.multiplier, p.negative.shift],
      ['clamp', p.min, p.max],
    ]),
}
