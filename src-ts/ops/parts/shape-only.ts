import type { Op } from '../op.ts'

/** What operators share that change a shape and nothing else: the output is the input's bytes, and nothing is emitted. */
export const shapeOnly: Pick<
  Op<any, Record<string, never>>,
  'sameBytes' | 'quantization' | 'prepare' | 'reference' | 'kernels' | 'macs'
> = {
  sameBytes: true,
  quantization: { kind: 'same-as-input' },
  prepare: () => ({}),
  reference(_, [x], [y]) {
    y.set(x as never)
  },
  kernels: [],
  macs: () => 0,
}
