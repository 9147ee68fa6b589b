import { HolterError } from '../errors.ts'
import {
  clamp,
  doublingHighMultiply,
  INT32_MIN,
  quantizeMultiplier,
  roundingDivideByPowerOfTwo,
} from '../ir/fixed-point.ts'
import { elements } from '../ir/graph.ts'
import { expOnNegative, oneOverOnePlusX } from '../ir/logistic.ts'
import { caseNode } from './cases.ts'
import { quantizationOf } from './channels.ts'
import type { Op } from './op.ts'
import { emitInt16Softmax, type Int16Softmax, prepareInt16Softmax, softmaxInt16 } from './softmax-int16.ts'

export interface SoftmaxAttrs {
  readonly beta: number
}

export interface SoftmaxPrepared {
  readonly rows: number
  readonly classes: number
  /** exp of a difference to the row's maximum as Q0.31; entry d + 255 for d = −255 … 0. 0 where TFLM leaves it out. */
  readonly exponentials: Int32Array
}

/** Differences have 5 integer bits, sums of exponentials 12 (TFLM softmax.h): more classes than this could overflow the sum. */
const DIFFERENCE_BITS = 5
const SUM_BITS = 12
const MOST_CLASSES = 2 ** SUM_BITS - 1

/** SOFTMAX over the last axis; its output is always 1/256, −128; of int16 1/32768, 0. */
export const softmax: Op<SoftmaxAttrs, SoftmaxPrepared | Int16Softmax> = {
  kind: 'softmax',
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 25,
    options: 9,
    read: o => ({ beta: o.float32(0, 0) }),
    write(builder, attrs) {
      builder.startObject(1)
      builder.addFieldFloat32(0, attrs.beta, 0)
      return builder.endObject()
    },
  },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, attrs, [x]) => tf.softmax(tf.mul(x!, attrs.beta)),
  quantization: { kind: 'fixed', scale: 1 / 256, zeroPoint: -128 },
  prepare(node) {
    if (node.inputs[0]!.type === 'int16') return prepareInt16Softmax(node)
    const { shape } = node.inputs[0]!
    const output = quantizationOf(node.outputs[0])
    if (output.scale[0] !== 1 / 256 || output.zeroPoint[0] !== -128) {
      throw new HolterError({
        stage: 'codegen',
        where: node.name,
        problem: 'SOFTMAX has one output quantization only',
        got: `scale ${output.scale[0]}, zero point ${output.zeroPoint[0]}`,
        expected: 'scale 1/256, zero point -128',
      })
    }
    const classes = shape[shape.length - 1] ?? 1
    if (classes > MOST_CLASSES) {
      throw new HolterError({
        stage: 'codegen',
        where: node.name,
        problem: "more classes than TFLM's SOFTMAX can add up",
        got: classes,
        expected: `at most ${MOST_CLASSES}`,
      })
    }
    const scale = quantizationOf(node.inputs[0]!).scale[0]
    return { rows: elements(shape) / classes, classes, exponentials: exponentials(scale, node.attrs.beta) }
  },
  reference(p, [x], [y]) {
    if ('factor' in p) return softmaxInt16(p, [x], [y])
    const { rows, classes, exponentials: exp } = p
    for (let row = 0; row < rows; row++) {
      const start = row * classes
      let largest = -128
      for (let i = 0; i < classes; i++) largest = Math.max(largest, Number(x[start + i]))
      const exponential = (i: number) => exp[Number(x[start + i]) - largest + 255]
      let sum = 0
      for (let i = 0; i < classes; i++) sum = (sum + roundingDivideByPowerOfTwo(exponential(i), SUM_BITS)) | 0
      const headroom = Math.clz32(sum)
      // 1 / sum = reciprocal · 2^-(12 − headroom): the sum is normalized to [1, 2), and 1 / (1 + x) is known.
      const reciprocal = oneOverOnePlusX(((sum << headroom) + INT32_MIN) | 0)
      const exponent = SUM_BITS - headroom + 23
      for (let i = 0; i < classes; i++) {
        const product = doublingHighMultiply(reciprocal, exponential(i))
        // Only among more than 511 nearly equal classes is the exponent above 31: TFLM stops there, every share rounds to 0.
        const share = exponent > 31 ? 0 : roundingDivideByPowerOfTwo(product, exponent)
        y[start + i] = clamp(share - 128, -128, 127)
      }
    }
  },
  emit(p, to) {
    if ('factor' in p) return emitInt16Softmax(p, to)
    return to.call('softmax', 'softmax', [
      ['input', to.input(0), p.rows, p.classes],
      ['output', to.output(0)],
      ['exponentials', to.data(p.exponentials, 4)],
    ])
  },
  macs: () => 0,
  cases: () => [
    softmaxCase('five classes', [1, 5], 0.2),
    softmaxCase('rows', [3, 7], 0.05),
    softmaxCase('coarse scale leaves far classes out', [4, 10], 2),
    softmaxCase('fine scale', [2, 12], 1e-4),
    softmaxCase('beta', [2, 6], 0.1, 2.5),
    softmaxCase('one class', [4, 1], 0.1),
    softmaxCase('many classes', [1, 500], 0.01),
    softmaxCase('more classes than shares', [1, 1001], 0.2),
  ],
}

function exponentials(scale: number, beta: number): Int32Array {
  const factor = Math.min(beta * scale * 2 ** (31 - DIFFERENCE_BITS), 2 ** 31 - 1)
  const { multiplier, shift } = quantizeMultiplier(factor)
  const lowest = -Math.floor(((2 ** DIFFERENCE_BITS - 1) * 2 ** (31 - DIFFERENCE_BITS)) / 2 ** shift)
  return Int32Array.from({ length: 256 }, (_, i) => {
    const difference = i - 255
    if (difference < lowest) return 0
    return expOnNegative(doublingHighMultiply(Math.imul(difference, 2 ** shift), multiplier), DIFFERENCE_BITS)
  })
}

function softmaxCase(name: string, shape: number[], scale: number, beta = 1) {
  const input = { shape, scale, zeroPoint: 7 }
  return caseNode<SoftmaxAttrs>(name, 'softmax', { beta }, [input], [{ shape, scale: 1 / 256, zeroPoint: -128 }])
}
