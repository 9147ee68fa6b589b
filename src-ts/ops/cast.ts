import { elements, type IntType } from '../ir/graph.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { oneInput } from './parts/channelwise.ts'

export interface CastAttrs {
  /** TensorType of input and output; TFLM goes by the tensors' own. */
  readonly from: number
  readonly to: number
}

export interface CastPrepared {
  readonly count: number
  readonly type: IntType
}

/** TensorType of the schema. */
const CODES = { int8: 9, int16: 7, int32: 2 }
const BITS = { int8: 8, int16: 16, int32: 32 }
type CastType = keyof typeof BITS

/** CAST: the integers as they are in another type, whatever the scales are, as in TFLM; what does not fit loses its upper bits. */
export const cast: Op<CastAttrs, CastPrepared> = {
  kind: 'cast',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: oneInput,
  inputTypes: ['int8', 'int16'],
  outputTypes: ['int8', 'int16', 'int32'],
  tflite: {
    code: 53,
    options: 37,
    read: o => ({ from: o.int8(0, 0), to: o.int8(1, 0) }),
    write(builder, attrs) {
      builder.startObject(2)
      builder.addFieldInt8(0, attrs.from, 0)
      builder.addFieldInt8(1, attrs.to, 0)
      return builder.endObject()
    },
  },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.clone(x!),
  quantization: { kind: 'same-as-input' },
  prepare: ({ outputs: [y] }) => ({ count: elements(y.shape), type: y.type }),
  // A typed array wraps what it is given.
  reference({ count }, [x], [y]) {
    for (let i = 0; i < count; i++) y[i] = x[i]
  },
  kernels: [
    {
      name: 'cast',
      emit: ({ count, type }, to) =>
        to.call('cast', `cast<${to.element.name},i${BITS[type as CastType]}>`, [
          ['input', to.input(0), count],
          ['output', to.output(0)],
        ]),
    },
  ],
  macs: () => 0,
  cases: () => [
    castCase('int8', 'int8'),
    castCase('int8', 'int16'),
    castCase('int8', 'int32'),
    castCase('int16', 'int8'),
    castCase('int16', 'int32'),
  ],
}

function castCase(from: 'int8' | 'int16', to: CastType) {
  const shape = [1, 77]
  const attrs = { from: CODES[from], to: CODES[to] }
  return caseNode<CastAttrs>(
    `${from} to ${to}`,
    'cast',
    attrs,
    [{ shape, scale: 1, type: from }],
    [{ shape, scale: 1, type: to }],
  )
}
