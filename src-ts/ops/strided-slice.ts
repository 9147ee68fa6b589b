import type { Tensor } from '@tensorflow/tfjs-core'
import { HolterError } from '../errors.ts'
import { clamp } from '../ir/fixed-point.ts'
import type { Shape } from '../ir/graph.ts'
import type { Op, Shaped } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { indicesOf, quantizeIndices } from './parts/indices.ts'
import { emitMove, type Movement, move, movement, strides } from './parts/movement.ts'

/** Bit i of a mask speaks of axis i. */
export interface StridedSliceAttrs {
  /** Axes that start at their end (begin is ignored), and that go to their end. */
  readonly beginMask: number
  readonly endMask: number
  /** TFLite's converter resolves both before it writes a file; TFLM ignores them, so they must be 0. */
  readonly ellipsisMask: number
  readonly newAxisMask: number
  /** Axes of which one element is taken, and that disappear. */
  readonly shrinkAxisMask: number
}

/** STRIDED_SLICE, as Python's x[begin:end:stride]. Inputs: x (up to four axes, as in TFLM), begin, end, strides (int32, constant). */
export const stridedSlice: Op<StridedSliceAttrs, Movement> = {
  kind: 'stridedSlice',
  truth: 'tflite-micro',
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 45,
    options: 32,
    read: o => ({
      beginMask: o.int32(0, 0),
      endMask: o.int32(1, 0),
      ellipsisMask: o.int32(2, 0),
      newAxisMask: o.int32(3, 0),
      shrinkAxisMask: o.int32(4, 0),
    }),
    write(builder, attrs) {
      builder.startObject(5)
      builder.addFieldInt32(0, attrs.beginMask, 0)
      builder.addFieldInt32(1, attrs.endMask, 0)
      builder.addFieldInt32(2, attrs.ellipsisMask, 0)
      builder.addFieldInt32(3, attrs.newAxisMask, 0)
      builder.addFieldInt32(4, attrs.shrinkAxisMask, 0)
      return builder.endObject()
    },
  },
  outputShapes(attrs, [x, begin, end, step]) {
    const { sizes } = sectionOf(attrs, x!.shape, begin, end, step)
    return [sizes.filter((_, axis) => !(attrs.shrinkAxisMask & (1 << axis)))]
  },
  // By gather along each axis: tfjs has no gradient of its strided slice.
  evaluate(tf, attrs, [x, ...places]) {
    const [begin, end, step] = places.map(t => ({ shape: t!.shape, data: t!.dataSync() as Int32Array }))
    const { starts, steps, sizes } = sectionOf(attrs, x!.shape, begin, end, step)
    const section = sizes.reduce<Tensor>((whole, size, axis) => {
      const taken = Int32Array.from({ length: size }, (_, i) => starts[axis] + i * steps[axis])
      return tf.gather(whole, tf.tensor1d(taken, 'int32'), axis)
    }, x!)
    return tf.reshape(
      section,
      sizes.filter((_, axis) => !(attrs.shrinkAxisMask & (1 << axis))),
    )
  },
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare({ name, attrs, inputs: [x, begin, end, step] }) {
    const { starts, steps, sizes } = sectionOf(attrs, x!.shape, begin, end, step)
    const own = strides(x!.shape)
    const at = starts.reduce((sum, start, axis) => sum + start * own[axis], 0)
    const source = { at, steps: own.map((bytes, axis) => bytes * steps[axis]) }
    return movement(name, sizes, source, { at: 0, steps: strides(sizes) })
  },
  reference: (p, [x], [y]) => move(p, x, y),
  kernels: [{ name: 'move', emit: emitMove }],
  macs: () => 0,
  cases: () => [
    stridedCase('every second sample', [1, 1, 9, 5], [0, 0, 1, 0], [1, 1, 9, 5], [1, 1, 2, 1]),
    stridedCase('backwards', [1, 6, 3], [0, 5, 0], [1, 0, 3], [1, -1, 1], { endMask: 2 }),
    stridedCase('the last row, without its axis', [1, 4, 6], [0, -1, 0], [0, 0, 0], [1, 1, 1], {
      beginMask: 5,
      endMask: 5,
      shrinkAxisMask: 2,
    }),
    stridedCase('beyond the end', [2, 5, 3], [0, 2, -9], [2, 99, 2], [1, 2, 1]),
  ],
}

/** Returns start, step and number of elements along each axis. Source: strided_slice_logic.h of TFLite. */
function sectionOf(
  attrs: StridedSliceAttrs,
  x: Shape,
  begin: Shaped | undefined,
  end: Shaped | undefined,
  step: Shaped | undefined,
) {
  const [begins, ends, steps] = [indicesOf(begin, 'begin'), indicesOf(end, 'end'), indicesOf(step, 'strides')]
  const starts = x.map((size, axis) => {
    const [low, high] = steps[axis] > 0 ? [0, size] : [-1, size - 1]
    if (attrs.beginMask & (1 << axis)) return steps[axis] > 0 ? 0 : size - 1
    return clamp(begins[axis] + (begins[axis] < 0 ? size : 0), low, high)
  })
  const sizes = x.map((size, axis) => {
    // TensorFlow demands a stride of 1 where an axis disappears; TFLM copies nothing with a negative one.
    if (attrs.shrinkAxisMask & (1 << axis)) return starts[axis] >= 0 && starts[axis] < size && steps[axis] > 0 ? 1 : 0
    const [low, high] = steps[axis] > 0 ? [0, size] : [-1, size - 1]
    const stop = clamp(ends[axis] + (ends[axis] < 0 ? size : 0), low, high)
    const masked = steps[axis] > 0 ? size : -1
    return Math.ceil(((attrs.endMask & (1 << axis) ? masked : stop) - starts[axis]) / steps[axis])
  })
  const complete = [begins, ends, steps].every(list => list.length === x.length)
  if (
    x.length <= 4 &&
    complete &&
    sizes.every(n => n >= 1 && n < Infinity) &&
    !attrs.ellipsisMask &&
    !attrs.newAxisMask
  ) {
    return { starts, steps, sizes }
  }
  throw new HolterError({
    stage: 'codegen',
    where: 'stridedSlice',
    problem: 'section must hold something of each of at most four axes, without ellipsis or new axes',
    got: `[${begins}] to [${ends}] by [${steps}] of [${x}]`,
  })
}

function stridedCase(
  name: string,
  shape: number[],
  begins: number[],
  ends: number[],
  steps: number[],
  masks: Partial<StridedSliceAttrs> = {},
) {
  const attrs = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0, ...masks }
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const places = [begins, ends, steps].map(data => ({
    shape: [data.length],
    type: 'int32' as const,
    scale: 1,
    data: Int32Array.from(data),
  }))
  const inputs = [{ shape, ...quantization }, ...places]
  const [out] = stridedSlice.outputShapes(attrs, inputs)
  return caseNode(name, 'stridedSlice', attrs, inputs, [{ shape: out, ...quantization }])
}
