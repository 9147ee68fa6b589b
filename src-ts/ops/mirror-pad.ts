import { HolterError } from '../errors.ts'
import { elements, type Shape } from '../ir/graph.ts'
import { copySlices, gatherSlices, type Slices } from './kernels/gather.ts'
import type { Op, Shaped } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { indicesOf, quantizeIndices } from './parts/indices.ts'
import { strides } from './parts/movement.ts'

/** In the order of TFLite's MirrorPadMode. */
const modes = ['reflect', 'symmetric'] as const

export interface MirrorPadAttrs {
  /** Whether the mirror stands on the outermost value, which then is not repeated, or behind it. */
  readonly mode: (typeof modes)[number]
}

/** MIRROR_PAD: borders that mirror the input. Inputs: x, paddings (int32 or int64 [rank, 2], constant: before and after each axis). */
export const mirrorPad: Op<MirrorPadAttrs, Slices> = {
  kind: 'mirrorPad',
  truth: 'tflite-micro',
  tflite: {
    code: 100,
    options: 77,
    read: o => ({ mode: modes[o.int8(0, 0)] }),
    write(builder, attrs) {
      builder.startObject(1)
      builder.addFieldInt8(0, modes.indexOf(attrs.mode), 0)
      return builder.endObject()
    },
  },
  outputShapes: (attrs, [x, paddings]) => [mirroredPlaces(attrs, x!.shape, paddings).map(places => places.length)],
  evaluate(tf, attrs, [x, paddings]) {
    const all = mirroredPlaces(attrs, x!.shape, { shape: paddings!.shape, data: paddings!.dataSync() as Int32Array })
    return all.reduce((value, places, axis) => tf.gather(value, tf.tensor1d(places, 'int32'), axis), x!)
  },
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare({ attrs, inputs: [x, paddings] }) {
    const { shape } = x!
    const places = mirroredPlaces(attrs, shape, paddings)
    // Axes without borders at the end are copied as they lie.
    const own = places.findLastIndex((list, axis) => list.length !== shape[axis]) + 1
    const inner = elements(shape.slice(own))
    const steps = strides(shape).map(step => step / inner)
    let slices = [0]
    for (let axis = 0; axis < own; axis++) {
      slices = slices.flatMap(slice => places[axis].map(place => slice + place * steps[axis]))
    }
    return { batches: 1, outer: 1, axis: elements(shape) / inner, inner, places: Int32Array.from(slices) }
  },
  reference: (p, [x], [y]) => copySlices(p, x, y),
  kernels: [gatherSlices],
  macs: () => 0,
  cases: () => [
    mirrorCase('time', [1, 1, 9, 5], [0, 0, 0, 0, 3, 2, 0, 0]),
    mirrorCase('height and width, symmetric', [1, 3, 4, 2], [0, 0, 3, 1, 2, 4, 0, 0], 'symmetric'),
    mirrorCase('channels', [2, 5], [0, 0, 4, 1]),
    mirrorCase('none', [1, 6], [0, 0, 0, 0]),
  ],
}

/** Returns for each axis the input's place of each output place. */
function mirroredPlaces({ mode }: MirrorPadAttrs, x: Shape, paddings: Shaped | undefined): number[][] {
  const borders = indicesOf(paddings, 'paddings')
  const onValue = mode === 'reflect' ? 1 : 0
  if (borders.length === 2 * x.length && borders.every((n, i) => n >= 0 && n <= x[i >> 1] - onValue)) {
    return x.map((n, axis) => {
      const [before, after] = borders.slice(2 * axis, 2 * axis + 2)
      const first = Array.from({ length: before }, (_, i) => before - 1 - i + onValue)
      const last = Array.from({ length: after }, (_, i) => n - 1 - onValue - i)
      return [...first, ...Array(n).keys(), ...last]
    })
  }
  const problem = 'borders are not one pair for each axis, or wider than what they mirror'
  throw new HolterError({ stage: 'ops', where: 'mirror pad', problem, got: `[${borders}] of [${x}], ${mode}` })
}

function mirrorCase(name: string, shape: number[], data: number[], mode: MirrorPadAttrs['mode'] = 'reflect') {
  const x = { shape, scale: 0.05, zeroPoint: 4 }
  const paddings = { shape: [shape.length, 2], type: 'int32' as const, scale: 1, data: Int32Array.from(data) }
  const [out] = mirrorPad.outputShapes({ mode }, [x, paddings])
  return caseNode<MirrorPadAttrs>(name, 'mirrorPad', { mode }, [x, paddings], [{ ...x, shape: out }])
}
