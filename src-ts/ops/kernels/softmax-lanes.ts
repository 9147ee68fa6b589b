import type { Kernel } from '../kernel.ts'
import type { SoftmaxPrepared } from './softmax-rows.ts'

/** SOFTMAX of int8 to int8 over rows of eight classes or more: exponentials looked up one by one, all arithmetic four at a time. */
export const softmaxLanes: Kernel<SoftmaxPrepared> = {
  name: 'softmax-lanes',
  flavours: ['simd', 'relaxed'],
  fits: p => 'exponentials' in p && p.bits === 8 && p.classes >= 8,
  scratchBytes: ({ classes }) => 4 * (classes + 8),
  inPlace: () => [0],
  emit: (p, to) =>
    to.call('softmax-lanes', 'softmaxLanes', [
      ['input', to.input(0), p.rows, p.classes],
      ['output', to.output(0)],
      ['exponentials', to.data(p.exponentials, 4)],
      ['scratch', to.scratch()],
    ]),
}
