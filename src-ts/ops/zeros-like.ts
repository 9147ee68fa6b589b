import { elements } from '../ir/graph.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'

/** ZEROS_LIKE: bytes of 0 in the input's shape, whatever the zero point is, as in TFLM. */
export const zerosLike: Op<Record<string, never>, { count: number }> = {
  kind: 'zerosLike',
  truth: 'tflite-micro',
  tflite: { code: 93, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.zerosLike(x!),
  quantization: { kind: 'fixed', scale: 1, zeroPoint: 0 },
  prepare: ({ outputs: [y] }) => ({ count: elements(y.shape) }),
  reference({ count }, _, [y]) {
    for (let i = 0; i < count; i++) y[i] = 0
  },
  kernels: [
    {
      name: 'zeros',
      emit: ({ count }, to) =>
        to.call('copy', 'fill', [
          ['output', to.output(0), count],
          ['value', 0],
        ]),
    },
  ],
  macs: () => 0,
  cases: () => [zerosCase('a row', [1, 1, 9, 7])],
}

function zerosCase(name: string, shape: number[]) {
  return caseNode(name, 'zerosLike', {}, [{ shape, scale: 0.05, zeroPoint: 4 }], [{ shape, scale: 1, zeroPoint: 0 }])
}
