import { HolterError } from '../errors.ts'
import { elements, type Shape } from '../ir/graph.ts'
import { copySlices, gatherSlices, type Slices } from './kernels/gather.ts'
import type { Op, Shaped } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { axisOf, indicesOf, quantizeIndices } from './parts/indices.ts'

export interface GatherAttrs {
  readonly axis: number
  /** Leading axes that input and places share. */
  readonly batchDims: number
}

/** GATHER: the slices of x at places along an axis. Inputs: x, places (int32, constant, any shape). */
export const gather: Op<GatherAttrs, Slices> = {
  kind: 'gather',
  truth: 'tflite-micro',
  tflite: {
    code: 36,
    options: 23,
    read: o => ({ axis: o.int32(0, 0), batchDims: o.int32(1, 0) }),
    write(builder, attrs) {
      builder.startObject(2)
      builder.addFieldInt32(0, attrs.axis, 0)
      builder.addFieldInt32(1, attrs.batchDims, 0)
      return builder.endObject()
    },
  },
  outputShapes(attrs, [x, places]) {
    const { axis, batch } = axesOf(attrs, x!.shape, places)
    return [[...x!.shape.slice(0, axis), ...places!.shape.slice(batch), ...x!.shape.slice(axis + 1)]]
  },
  evaluate: (tf, attrs, [x, places]) => {
    const { axis, batch } = axesOf(attrs, x!.shape, { shape: places!.shape, data: places!.dataSync() as Int32Array })
    return tf.gather(x!, places as never, axis, batch)
  },
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare({ attrs, inputs: [x, places] }) {
    const { axis, batch } = axesOf(attrs, x!.shape, places)
    return {
      batches: elements(x!.shape.slice(0, batch)),
      outer: elements(x!.shape.slice(batch, axis)),
      axis: x!.shape[axis],
      inner: elements(x!.shape.slice(axis + 1)),
      places: Int32Array.from(indicesOf(places, 'places')),
    }
  },
  reference: (p, [x], [y]) => copySlices(p, x, y),
  kernels: [gatherSlices],
  macs: () => 0,
  cases: () => [
    gatherCase('channels', [1, 1, 7, 6], [5, 0, 3, 3], [4], 3),
    gatherCase('a row', [4, 3, 5], [2], [], -2),
    gatherCase('a table of places', [1, 9, 4], [8, 0, 1, 1, 7, 2], [2, 3], 1),
    gatherCase('places of each batch', [2, 3, 4], [2, 0, 1, 1], [2, 2], 1, 1),
  ],
}

function axesOf(attrs: GatherAttrs, x: Shape, places: Shaped | undefined) {
  const axis = axisOf(attrs.axis, x.length, 'gather')
  const batch = attrs.batchDims < 0 ? attrs.batchDims + places!.shape.length : attrs.batchDims
  const shared = x.slice(0, batch).join() === places!.shape.slice(0, batch).join()
  const inside = indicesOf(places, 'places').every(place => place >= 0 && place < x[axis])
  if (batch >= 0 && batch <= axis && batch <= places!.shape.length && shared && inside) return { axis, batch }
  const problem = 'places do not lie in the input, or their batches are not its'
  const got = `[${places!.shape}] along axis ${axis} of [${x}]`
  throw new HolterError({ stage: 'ops', where: 'gather', problem, got })
}

function gatherCase(name: string, shape: number[], data: number[], of: number[], axis: number, batchDims = 0) {
  const x = { shape, scale: 0.05, zeroPoint: 4 }
  const places = { shape: of, type: 'int32' as const, scale: 1, data: Int32Array.from(data) }
  const attrs: GatherAttrs = { axis, batchDims }
  const [out] = gather.outputShapes(attrs, [x, places])
  return caseNode(name, 'gather', attrs, [x, places], [{ ...x, shape: out }])
}
