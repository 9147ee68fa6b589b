import { HolterError } from '../errors.ts'
import type { Shape } from '../ir/graph.ts'
import type { Op, Shaped } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { indicesOf, quantizeIndices } from './parts/indices.ts'
import { emitMove, type Movement, move, movement, strides } from './parts/movement.ts'

/** Axes that TFLM has room for. */
const MOST_AXES = 5

/** BROADCAST_TO: x repeated along axes where its size is 1. Inputs: x, shape (int32 or int64 [n], constant). */
export const broadcastTo: Op<Record<string, never>, Movement> = {
  kind: 'broadcastTo',
  truth: 'tflite-micro',
  inputTypes: ['int8', 'int16'],
  tflite: { code: 130, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x, shape]) => [repeatedShape(x!.shape, shape)],
  evaluate: (tf, _, [x, shape]) => tf.broadcastTo(x!, Array.from(shape!.dataSync())),
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare({ name, inputs: [x, shape] }) {
    const to = repeatedShape(x!.shape, shape)
    const from = [...Array<number>(to.length - x!.shape.length).fill(1), ...x!.shape]
    const steps = strides(from).map((step, axis) => (from[axis] === 1 ? 0 : step))
    return movement(name, to, { at: 0, steps }, { at: 0, steps: strides(to) })
  },
  reference: (p, [x], [y]) => move(p, x, y),
  kernels: [{ name: 'move', emit: emitMove }],
  macs: () => 0,
  cases: () => [
    broadcastCase('a row per pixel', [1, 1, 5], [3, 4, 5]),
    broadcastCase('along channels', [2, 3, 1], [2, 3, 7]),
    broadcastCase('more axes', [4], [1, 2, 3, 4]),
  ],
}

function repeatedShape(x: Shape, shape: Shaped | undefined): number[] {
  const to = indicesOf(shape, 'shape')
  const extra = to.length - x.length
  const fits = x.every((n, axis) => n === 1 || n === to[axis + extra])
  if (extra >= 0 && fits && to.length <= MOST_AXES && to.every(n => n >= 1)) return to
  const problem = `shape cannot be repeated to the other, or has more than ${MOST_AXES} axes`
  throw new HolterError({ stage: 'ops', where: 'broadcast', problem, got: `[${x}] to [${to}]` })
}

function broadcastCase(name: string, from: number[], to: number[]) {
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const shape = { shape: [to.length], type: 'int32' as const, scale: 1, data: Int32Array.from(to) }
  return caseNode(name, 'broadcastTo', {}, [{ shape: from, ...quantization }, shape], [{ shape: to, ...quantization }])
}
