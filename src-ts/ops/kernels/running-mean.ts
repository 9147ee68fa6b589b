import type { Kernel } from '../kernel.ts'
import type { MeanPrepared } from './mean-lanes.ts'

/**
 * MEAN and SUM along the rows of a stream, of which few are new: keeps the sums of the rows that stay, adds those that come and takes away those
 * that go. Integers, so that nothing drifts. The sums begin at zero, as rows at their zero point do.
 */
export const runningMean: Kernel<MeanPrepared> = {
  name: 'running-mean',
  fits: p => p.arriving !== undefined && p.outer === 1 && p.second === 1,
  reservedBytes: ({ inner }) => 4 * inner,
  emit(p, to) {
    to.use('copy', 'fill')
    to.atReset(`  fill(${to.reserved()}, ${4 * p.inner}, 0)`)
    return to.call('running-mean', `runningMean<${to.element.name}>`, [
      ['input', to.input(0), p.first, p.inner],
      ['arriving', p.arriving!],
      ['sums', to.reserved()],
      ['output', to.output(0)],
      ['scale', p.multiplier, p.shift],
      ['zero points', p.inputZero, p.outputZero],
      ['clamp', p.min, p.max],
    ])
  },
}
