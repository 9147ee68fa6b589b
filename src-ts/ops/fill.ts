import { elements } from '../ir/graph.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { indicesOf } from './parts/indices.ts'

export interface FillPrepared {
  readonly count: number
  /** The value where it is a constant. */
  readonly constant?: number
}

/** FILL: one value everywhere. Inputs: shape (int32, constant), value (of shape [], computed or constant). A copy, whatever the scales, as in TFLM. */
export const fill: Op<Record<string, never>, FillPrepared> = {
  kind: 'fill',
  truth: 'tflite-micro',
  constantInputs: true,
  tflite: { code: 94, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [shape]) => [indicesOf(shape, 'shape')],
  evaluate: (tf, _, [shape, value]) => tf.broadcastTo(value!, Array.from(shape!.dataSync())),
  quantization: { kind: 'same-as-input' },
  prepare: ({ inputs: [, value], outputs: [y] }) => ({
    count: elements(y.shape),
    ...(value!.data && { constant: Number(value!.data[0]) }),
  }),
  reference({ count, constant }, [value], [y]) {
    for (let i = 0; i < count; i++) y[i] = constant ?? value[0]
  },
  kernels: [
    {
      name: 'fill',
      fits: p => p.constant !== undefined,
      emit: ({ count, constant }, to) =>
        to.call('copy', 'fill', [
          ['output', to.output(0), count],
          ['value', constant!],
        ]),
    },
    {
      name: 'repeat',
      fits: p => p.constant === undefined,
      emit: ({ count }, to) =>
        to.call('copy', 'repeat', [
          ['value', to.input(0)],
          ['output', to.output(0), count],
        ]),
    },
  ],
  macs: () => 0,
  // A constant alone would be a network without an input.
  cases: () => [fillCase('a computed value', [1, 9, 7])],
}

function fillCase(name: string, shape: number[]) {
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const sizes = { shape: [shape.length], type: 'int32' as const, scale: 1, data: Int32Array.from(shape) }
  const value = { shape: [], ...quantization }
  return caseNode(name, 'fill', {}, [sizes, value], [{ shape, ...quantization }])
}
