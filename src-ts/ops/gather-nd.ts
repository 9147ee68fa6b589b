import { HolterError } from '../errors.ts'
import { elements, type Shape } from '../ir/graph.ts'
import { copySlices, gatherSlices, type Slices } from './kernels/gather.ts'
import type { Op, Shaped } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { indicesOf, quantizeIndices } from './parts/indices.ts'
import { strides } from './parts/movement.ts'

/** Coordinates that TFLM has room for. */
const MOST_COORDINATES = 5

/** GATHER_ND: slices of x at places of several coordinates. Inputs: x, places (int32 [..., coordinates], constant). */
export const gatherNd: Op<Record<string, never>, Slices> = {
  kind: 'gatherNd',
  truth: 'tflite-micro',
  tflite: { code: 107, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x, places]) => [
    [...places!.shape.slice(0, -1), ...x!.shape.slice(coordinatesOf(x!.shape, places))],
  ],
  // As a gather of whole slices, which has a gradient.
  evaluate(tf, _, [x, places]) {
    const constant = { shape: places!.shape, data: places!.dataSync() as Int32Array }
    const { axis, inner, places: slices } = slicesOf(x!.shape, constant)
    const [shape] = gatherNd.outputShapes({}, [{ shape: x!.shape }, constant])
    return tf.reshape(tf.gather(tf.reshape(x!, [axis, inner]), tf.tensor1d(slices, 'int32')), [...shape])
  },
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare: ({ inputs: [x, places] }) => slicesOf(x!.shape, places),
  reference: (p, [x], [y]) => copySlices(p, x, y),
  kernels: [gatherSlices],
  macs: () => 0,
  cases: () => [
    gatherCase('rows', [4, 3, 5], [2, 0, 3, 3], [4, 1]),
    gatherCase('pixels', [3, 4, 2], [2, 3, 0, 1], [2, 2]),
    gatherCase('values', [3, 4], [2, 3, 0, 1, 1, 1], [1, 3, 2]),
  ],
}

function slicesOf(x: Shape, places: Shaped | undefined): Slices {
  const coordinates = coordinatesOf(x, places)
  const inner = elements(x.slice(coordinates))
  const steps = strides(x).map(step => step / inner)
  const all = indicesOf(places, 'places')
  const slices = Array.from({ length: all.length / coordinates }, (_, i) =>
    steps.slice(0, coordinates).reduce((sum, step, k) => sum + step * all[i * coordinates + k], 0),
  )
  return { batches: 1, outer: 1, axis: elements(x) / inner, inner, places: Int32Array.from(slices) }
}

function coordinatesOf(x: Shape, places: Shaped | undefined): number {
  const coordinates = places!.shape.at(-1) ?? 0
  const inside = indicesOf(places, 'places').every((place, i) => place >= 0 && place < x[i % coordinates])
  if (coordinates >= 1 && coordinates <= Math.min(x.length, MOST_COORDINATES) && inside) return coordinates
  const problem = 'places do not lie in the input'
  throw new HolterError({ stage: 'ops', where: 'gather', problem, got: `[${places!.shape}] in [${x}]` })
}

function gatherCase(name: string, shape: number[], data: number[], of: number[]) {
  const x = { shape, scale: 0.05, zeroPoint: 4 }
  const places = { shape: of, type: 'int32' as const, scale: 1, data: Int32Array.from(data) }
  const [out] = gatherNd.outputShapes({}, [x, places])
  return caseNode(name, 'gatherNd', {}, [x, places], [{ ...x, shape: out }])
}
