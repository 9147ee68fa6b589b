import { HolterError } from '../errors.ts'
import type { Shape } from '../ir/graph.ts'
import type { Op, Shaped } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { axisOf, indicesOf, quantizeIndices } from './parts/indices.ts'
import { emitMove, type Movement, move, movement, strides } from './parts/movement.ts'

/** REVERSE_V2: back to front along axes that lie side by side, as TFLM demands. Inputs: x, axes (int32 [n], constant). */
export const reverseV2: Op<Record<string, never>, Movement> = {
  kind: 'reverseV2',
  truth: 'tflite-micro',
  inputTypes: ['int8', 'int16'],
  tflite: { code: 105, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x, axes]) => tf.reverse(x!, Array.from(axes!.dataSync())),
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare({ name, inputs: [x, axes] }) {
    const { shape } = x!
    const turned = turnedAxes(shape, axes)
    const steps = strides(shape)
    const at = turned.reduce((sum, axis) => sum + (shape[axis] - 1) * steps[axis], 0)
    const from = steps.map((step, axis) => (turned.includes(axis) ? -step : step))
    return movement(name, shape, { at, steps: from }, { at: 0, steps })
  },
  reference: (p, [x], [y]) => move(p, x, y),
  kernels: [{ name: 'move', emit: emitMove }],
  macs: () => 0,
  cases: () => [
    reverseCase('time', [1, 1, 9, 5], [2]),
    reverseCase('channels', [1, 7, 6], [-1]),
    reverseCase('height and width', [1, 3, 4, 2], [2, 1]),
    reverseCase('everything', [5], [0]),
  ],
}

function turnedAxes(x: Shape, axes: Shaped | undefined): number[] {
  const turned = indicesOf(axes, 'axes')
    .map(axis => axisOf(axis, x.length, 'reverse'))
    .sort((a, b) => a - b)
  if (axes!.shape.length === 1 && turned.every((axis, i) => i === 0 || axis === turned[i - 1] + 1)) return turned
  const problem = 'axes do not lie side by side, as TFLM demands'
  throw new HolterError({ stage: 'ops', where: 'reverse', problem, got: `[${turned}]` })
}

function reverseCase(name: string, shape: number[], data: number[]) {
  const x = { shape, scale: 0.05, zeroPoint: 4 }
  const axes = { shape: [data.length], type: 'int32' as const, scale: 1, data: Int32Array.from(data) }
  return caseNode(name, 'reverseV2', {}, [x, axes], [x])
}
