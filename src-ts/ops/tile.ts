import { HolterError } from '../errors.ts'
import type { Shape } from '../ir/graph.ts'
import type { Op, Shaped } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { indicesOf, quantizeIndices } from './parts/indices.ts'
import { emitMove, type Movement, move, movement, strides } from './parts/movement.ts'
import { requireEqualQuantization } from './parts/same-quantization.ts'

/** TILE: x repeated so often along each axis; Keras upsamples with it. TFLM has no kernel. Inputs: x, multiples (int32 or int64 [n], constant). */
export const tile: Op<Record<string, never>, Movement> = {
  kind: 'tile',
  truth: 'litert',
  inputTypes: ['int8', 'int16'],
  tflite: { code: 69, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x, multiples]) => [tiledShape(x!.shape, multiples)],
  // By concatenations: the gradient of tf.tile ends at four axes.
  evaluate: (tf, _, [x, multiples]) =>
    Array.from(multiples!.dataSync()).reduce((y, n, axis) => (n > 1 ? tf.concat(Array(n).fill(y), axis) : y), x!),
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare(node) {
    requireEqualQuantization(node)
    const [x, multiples] = node.inputs
    const to = tiledShape(x!.shape, multiples)
    const [read, write] = [strides(x!.shape), strides(to)]
    // Along each axis the copies come first, then what is copied.
    const both = (of: (axis: number) => number[]) => to.flatMap((_, axis) => of(axis))
    return movement(
      node.name,
      both(axis => [to[axis] / x!.shape[axis], x!.shape[axis]]),
      { at: 0, steps: both(axis => [0, read[axis]]) },
      { at: 0, steps: both(axis => [x!.shape[axis] * write[axis], write[axis]]) },
    )
  },
  reference: (p, [x], [y]) => move(p, x, y),
  kernels: [{ name: 'move', emit: emitMove }],
  macs: () => 0,
  cases: () => [
    tileCase('upsampling along time', [1, 1, 6, 1, 5], [1, 1, 1, 2, 1]),
    tileCase('channels', [1, 4, 3], [1, 1, 3]),
    tileCase('two axes', [2, 3, 4], [3, 1, 2]),
    tileCase('once', [3, 4], [1, 1]),
  ],
}

function tiledShape(x: Shape, multiples: Shaped | undefined): number[] {
  const times = indicesOf(multiples, 'multiples')
  if (times.length === x.length && times.every(n => n >= 1)) return x.map((n, axis) => n * times[axis])
  const problem = 'shape cannot be repeated so often'
  throw new HolterError({ stage: 'ops', where: 'tile', problem, got: `[${x}] and [${times}]` })
}

function tileCase(name: string, from: number[], times: number[]) {
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const multiples = { shape: [times.length], type: 'int32' as const, scale: 1, data: Int32Array.from(times) }
  const to = from.map((n, axis) => n * times[axis])
  return caseNode(name, 'tile', {}, [{ shape: from, ...quantization }, multiples], [{ shape: to, ...quantization }])
}
