import type { Shape } from '../ir/graph.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { axisOf, indicesOf, quantizeIndices } from './parts/indices.ts'
import { shapeOnly } from './parts/shape-only.ts'

/** EXPAND_DIMS: one more axis, of length 1. The bytes stay where they are. Inputs: x, axis (int32, constant). */
export const expandDims: Op<Record<string, never>, Record<string, never>> = {
  ...shapeOnly,
  kind: 'expandDims',
  truth: 'tflite-micro',
  probabilities: 'kept',
  inputTypes: ['int8', 'int16'],
  tflite: { code: 70, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x, axis]) => [expanded(x!.shape, indicesOf(axis, 'axis')[0])],
  evaluate: (tf, _, [x, axis]) => tf.expandDims(x!, axis!.dataSync()[0]),
  quantizeConstants: quantizeIndices,
  cases: () => [expandCase('before time', [1, 9, 5], 1), expandCase('last', [1, 6], -1)],
}

function expanded(x: Shape, axis: number): number[] {
  return x.toSpliced(axisOf(axis, x.length + 1, 'expandDims'), 0, 1)
}

function expandCase(name: string, shape: number[], axis: number) {
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const place = { shape: [1], type: 'int32' as const, scale: 1, data: Int32Array.of(axis) }
  const output = { shape: expanded(shape, axis), ...quantization }
  return caseNode(name, 'expandDims', {}, [{ shape, ...quantization }, place], [output])
}
