import { elements } from '../ir/graph.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'

/** LOGICAL_NOT of a bool tensor. */
export const logicalNot: Op<object, { readonly count: number }> = {
  kind: 'logicalNot',
  truth: 'tflite-micro',
  inputTypes: ['bool'],
  tflite: { code: 87, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.cast(tf.logicalNot(tf.cast(x!, 'bool')), 'float32'),
  quantization: { kind: 'fixed', scale: 1, zeroPoint: 0 },
  prepare: ({ outputs: [y] }) => ({ count: elements(y.shape) }),
  reference({ count }, [x], [y]) {
    for (let i = 0; i < count; i++) y[i] = 1 - Number(x[i])
  },
  kernels: [
    {
      name: 'logical-not',
      inPlace: () => [0],
      emit: ({ count }, to) =>
        to.call('logical-not', 'logicalNot', [
          ['input', to.input(0), count],
          ['output', to.output(0)],
        ]),
    },
  ],
  macs: () => 0,
  cases: () => {
    const bool = { shape: [1, 1, 9, 7], type: 'bool', scale: 1 } as const
    return [caseNode('a plane', 'logicalNot', {}, [bool], [{ ...bool }])]
  },
}
