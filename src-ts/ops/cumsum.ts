import { HolterError } from '../errors.ts'
import { clamp, type Multiplier, quantizeMultiplier, requantize } from '../ir/fixed-point.ts'
import { elements } from '../ir/graph.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { axisOf, indicesOf, quantizeIndices } from './parts/indices.ts'

export interface CumsumAttrs {
  /** Whether a sum leaves out its own place. */
  readonly exclusive: boolean
  /** From the end. */
  readonly reverse: boolean
}

export interface CumsumPrepared extends CumsumAttrs {
  readonly outer: number
  readonly length: number
  readonly inner: number
  readonly factor: Multiplier
  readonly inputZero: number
  readonly outputZero: number
}

/** Bits by which TFLM raises values before it sums them. */
const RAISED = 19

/**
 * CUMSUM: sums along an axis. Inputs: x, axis (int32, constant). TFLM starts each sum not at 0 but at minus the input's zero point, so the
 * real numbers are right only where that is 0; the bytes are TFLM's.
 */
export const cumsum: Op<CumsumAttrs, CumsumPrepared> = {
  kind: 'cumsum',
  truth: 'tflite-micro',
  tflite: {
    code: 128,
    options: 102,
    read: o => ({ exclusive: o.bool(0, false), reverse: o.bool(1, false) }),
    write(builder, attrs) {
      builder.startObject(2)
      builder.addFieldInt8(0, attrs.exclusive ? 1 : 0, 0)
      builder.addFieldInt8(1, attrs.reverse ? 1 : 0, 0)
      return builder.endObject()
    },
  },
  outputShapes: (_, [x]) => [x!.shape],
  // tfjs has the right gradient along the last axis only.
  evaluate(tf, attrs, [x, axis]) {
    const last = x!.shape.length - 1
    const along = axisOf(axis!.dataSync()[0], x!.shape.length, 'cumsum')
    const swapped = x!.shape.map((_, i) => (i === last ? along : i === along ? last : i))
    const sums = tf.cumsum(tf.transpose(x!, swapped), last, attrs.exclusive, attrs.reverse)
    return tf.transpose(sums, swapped)
  },
  quantization: { kind: 'calibrated' },
  quantizeConstants: quantizeIndices,
  prepare({ name, attrs, inputs: [x, axis], outputs: [y] }) {
    const [from, to] = [quantizationOf(x!), quantizationOf(y)]
    const factor = from.scale[0] / (2 ** RAISED * to.scale[0])
    if (factor >= 1) {
      const problem = 'output scale is too small beside the input: TFLM stops at such a node'
      throw new HolterError({ stage: 'ops', where: name, problem, got: to.scale[0] })
    }
    const { shape } = x!
    const along = axisOf(indicesOf(axis, 'axis')[0], shape.length, 'cumsum')
    return {
      ...attrs,
      outer: elements(shape.slice(0, along)),
      length: shape[along],
      inner: elements(shape.slice(along + 1)),
      factor: quantizeMultiplier(factor),
      inputZero: from.zeroPoint[0],
      outputZero: to.zeroPoint[0],
    }
  },
  reference(p, [x], [y]) {
    const { outer, length, inner, factor, exclusive, reverse, inputZero, outputZero } = p
    for (let row = 0; row < outer * inner; row++) {
      const start = Math.floor(row / inner) * length * inner + (row % inner)
      let sum = -inputZero << RAISED
      for (let k = 0; k < length; k++) {
        const at = start + (reverse ? length - 1 - k : k) * inner
        const next = (sum + ((Number(x[at]) - inputZero) << RAISED)) | 0
        const scaled = requantize(exclusive ? sum : next, factor.multiplier, factor.shift)
        y[at] = clamp(scaled + outputZero, -128, 127)
        sum = next
      }
    }
  },
  kernels: [
    {
      name: 'cumsum',
      emit: (p, to) =>
        to.call('cumulative-sum', 'cumulativeSum', [
          ['input', to.input(0), p.outer, p.length, p.inner, p.inputZero],
          ['output', to.output(0), p.outputZero, p.factor.multiplier, p.factor.shift],
          ['exclusive, step', Number(p.exclusive), p.reverse ? -1 : 1],
        ]),
    },
  ],
  macs: () => 0,
  cases: () => [
    cumsumCase('time', [1, 1, 9, 5], 2),
    cumsumCase('channels, from the end', [2, 7], -1, { reverse: true }),
    cumsumCase('without its own place', [3, 4, 2], 0, { exclusive: true }),
    cumsumCase('both', [1, 6, 2], 1, { exclusive: true, reverse: true }),
  ],
}

function cumsumCase(name: string, shape: number[], axis: number, attrs: Partial<CumsumAttrs> = {}) {
  const inputs = [
    { shape, scale: 0.05, zeroPoint: 4 },
    { shape: [], type: 'int32' as const, scale: 1, data: Int32Array.of(axis) },
  ]
  const output = { shape, scale: 0.11, zeroPoint: -5 }
  return caseNode<CumsumAttrs>(name, 'cumsum', { exclusive: false, reverse: false, ...attrs }, inputs, [output])
}
