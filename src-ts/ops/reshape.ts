import { elements } from '../ir/graph.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { shapeOnly } from './parts/shape-only.ts'

export interface ReshapeAttrs {
  readonly newShape: readonly number[]
}

/** RESHAPE: the same bytes under another shape. The shape is in the options, and in a second input where there is one. */
export const reshape: Op<ReshapeAttrs, Record<string, never>> = {
  ...shapeOnly,
  kind: 'reshape',
  truth: 'tflite-micro',
  probabilities: 'kept',
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 22,
    options: 17,
    read: o => ({ newShape: o.int32Vector(0) }),
    write(builder, attrs) {
      builder.startVector(4, attrs.newShape.length, 4)
      for (let i = attrs.newShape.length - 1; i >= 0; i--) builder.addInt32(attrs.newShape[i])
      const vector = builder.endVector()
      builder.startObject(1)
      builder.addFieldOffset(0, vector, 0)
      return builder.endObject()
    },
  },
  outputShapes(attrs, [x, shape]) {
    const wanted = shape?.data ? Array.from(shape.data as Int32Array) : [...attrs.newShape]
    const known = wanted.filter(n => n !== -1).reduce((a, b) => a * b, 1)
    return [wanted.map(n => (n === -1 ? elements(x!.shape) / known : n))]
  },
  evaluate: (tf, attrs, [x]) => tf.reshape(x!, [x!.shape[0], ...attrs.newShape.slice(1)]),
  quantizeConstants: (_, [, shape]) => [
    undefined,
    shape && { type: 'int32', shape: shape.shape, data: Int32Array.from(shape.data) },
  ],
  cases: () => [
    reshapeCase('flatten', [1, 1, 6, 5], [1, 30]),
    reshapeCase('split the time axis', [1, 1, 12, 2], [1, 3, 4, 2]),
  ],
}

function reshapeCase(name: string, from: number[], to: number[]) {
  const quantization = { scale: 0.05, zeroPoint: -4 }
  const shape = { shape: [to.length], type: 'int32' as const, scale: 1, data: Int32Array.from(to) }
  return caseNode<ReshapeAttrs>(
    name,
    'reshape',
    { newShape: to },
    [{ shape: from, ...quantization }, shape],
    [{ shape: to, ...quantization }],
  )
}
