import { HolterError } from '../errors.ts'
import type { Shape } from '../ir/graph.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { indicesOf, quantizeIndices } from './parts/indices.ts'
import { emitMove, type Movement, move, movement, strides } from './parts/movement.ts'

/** TRANSPOSE: axis i of the output is axis order[i] of the input. Inputs: x (up to five axes, as in TFLM), order (int32, constant). */
export const transpose: Op<Record<string, never>, Movement> = {
  kind: 'transpose',
  truth: 'tflite-micro',
  inputTypes: ['int8', 'int16'],
  tflite: { code: 39, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x, order]) => [orderOf(x!.shape, indicesOf(order, 'order of axes')).map(axis => x!.shape[axis])],
  evaluate: (tf, _, [x, order]) => tf.transpose(x!, Array.from(order!.dataSync())),
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare({ name, inputs: [x, order], outputs: [y] }) {
    const axes = orderOf(x!.shape, indicesOf(order, 'order of axes'))
    const steps = strides(x!.shape)
    return movement(name, y.shape, { at: 0, steps: axes.map(axis => steps[axis]) }, { at: 0, steps: strides(y.shape) })
  },
  reference: (p, [x], [y]) => move(p, x, y),
  kernels: [{ name: 'move', emit: emitMove }],
  macs: () => 0,
  cases: () => [
    transposeCase('time and channels', [1, 9, 5], [0, 2, 1]),
    transposeCase('rows and columns', [1, 4, 7, 3], [0, 2, 1, 3]),
    transposeCase('all reversed', [2, 3, 4, 5], [3, 2, 1, 0]),
    transposeCase('five axes', [2, 3, 1, 2, 4], [4, 1, 0, 3, 2]),
    transposeCase('nothing moves', [1, 1, 6, 2], [1, 0, 2, 3]),
  ],
}

function orderOf(x: Shape, order: number[]): number[] {
  const sorted = order.toSorted((a, b) => a - b)
  if (x.length <= 5 && sorted.length === x.length && sorted.every((axis, i) => axis === i)) return order
  throw new HolterError({
    stage: 'codegen',
    where: 'transpose',
    problem: 'order must name each of at most five axes once',
    got: `[${order}] for [${x}]`,
  })
}

function transposeCase(name: string, shape: number[], axes: number[]) {
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const order = { shape: [axes.length], type: 'int32' as const, scale: 1, data: Int32Array.from(axes) }
  const output = { shape: axes.map(axis => shape[axis]), ...quantization }
  return caseNode(name, 'transpose', {}, [{ shape, ...quantization }, order], [output])
}
