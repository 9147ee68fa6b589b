import { HolterError } from '../errors.ts'
import {
  clamp,
  doublingHighMultiply,
  INT32_MAX,
  INT32_MIN,
  type Multiplier,
  quantizeMultiplier,
} from '../ir/fixed-point.ts'
import type { IntTensor } from '../ir/graph.ts'
import { oneOverOnePlusX } from '../ir/logistic.ts'
import type { Op } from './op.ts'
import { activate, activationRange } from './parts/activation.ts'
import {
  broadcastShape,
  forEachPair,
  type Operands,
  operandAddresses,
  operandData,
  operandsOf,
  quantizeOperands,
  repeated,
  walkArguments,
  wholeOperands,
} from './parts/broadcast.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { repeatedOperands } from './parts/channelwise.ts'
import { type ActivationAttrs, activationOptions } from './parts/scaled-sum.ts'

export interface DivPrepared extends Operands {
  readonly factor: Multiplier
  readonly outputZero: number
  readonly min: number
  readonly max: number
  /** For |divisor| from 0 to 255: 1 / divisor as Q0.31 raised to [½, 1), and by how many bits; two entries each. */
  readonly reciprocals: Int32Array
}

/** Largest shift of the output's factor for which TFLM's last shift goes right whatever the operands are. */
const LARGEST_SHIFT = 22

/**
 * DIV of int8: the dividend, raised to 31 bits, times the divisor's reciprocal, times the output's factor. Operands as in MUL.
 * TFLM does not look whether the divisor is 0: its arithmetic runs through, and so does this one, so that both give the same byte.
 */
export const div: Op<ActivationAttrs, DivPrepared> = {
  kind: 'div',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: repeatedOperands,
  fusesActivation: true,
  tflite: { code: 42, options: 29, ...activationOptions },
  outputShapes: (_, [a, b]) => [broadcastShape(a!.shape, b!.shape)],
  evaluate(tf, attrs, [x, y]) {
    const [a, b] = repeated(tf, [x!, y!])
    return activate(tf, attrs.activation, tf.div(a, b))
  },
  quantization: { kind: 'calibrated' },
  quantizeConstants: quantizeOperands,
  prepare(node) {
    const [a, b] = node.inputs as [IntTensor, IntTensor]
    const output = quantizationOf(node.outputs[0])
    // In float32, as TFLM.
    const below = Math.fround(quantizationOf(b).scale[0] * output.scale[0])
    const factor = quantizeMultiplier(Math.fround(quantizationOf(a).scale[0] / below))
    if (factor.shift > LARGEST_SHIFT) {
      const problem = 'scales are so far apart that TFLM shifts by a negative number'
      throw new HolterError({ stage: 'ops', where: node.name, problem, got: `output scale ${output.scale[0]}` })
    }
    return {
      ...operandsOf(node),
      ...activationRange(node.attrs.activation, node.outputs[0]),
      factor,
      outputZero: output.zeroPoint[0],
      reciprocals: Int32Array.from(Array.from({ length: 256 }, (_, divisor) => reciprocalOf(divisor)).flat()),
    }
  },
  reference(p, inputs, [y]) {
    const [a, b] = operandData(p, inputs)
    const [zeroA, zeroB] = p.zeroPoints
    forEachPair(p, (at, inA, inB) => {
      y[at] = quotient(p, Number(a[inA]) - zeroA, Number(b[inB]) - zeroB)
    })
  },
  kernels: [
    {
      name: 'div',
      inPlace: wholeOperands,
      emit(p, to) {
        const [a, b] = operandAddresses(p, to)
        return to.call('quotient', 'quotient', [
          ['a', a, p.zeroPoints[0]],
          ['b', b, p.zeroPoints[1], to.data(p.reciprocals, 4)],
          ['output', to.output(0), p.outputZero, p.factor.multiplier, p.factor.shift],
          ['clamp', p.min, p.max],
          ...walkArguments(p, to),
        ])
      },
    },
  ],
  macs: () => 0,
  cases: () => [
    divCase('equal shapes', [1, 1, 9, 7], [1, 1, 9, 7], 0.5),
    divCase('a constant per channel, relu', [1, 1, 9, 7], [7], 0.02, { constant: 127, activation: 'relu' }),
    divCase('one value per row', [1, 2, 9, 7], [1, 2, 9, 1], 0.3),
    divCase('both repeated, relu6', [1, 3, 1, 7], [1, 1, 9, 7], 2, { activation: 'relu6' }),
    divCase('a constant vector first', [5], [1, 4, 5], 0.3, { constant: -90 }),
  ],
}

/** What Newton's steps give where they start from the divisor 0. */
const OF_ZERO = [-1515870788, -1]

/** 1 / divisor as Q0.31 in [½, 1), and the bits by which it was raised (TFLite GetReciprocal). */
function reciprocalOf(divisor: number): readonly number[] {
  if (divisor === 0) return OF_ZERO
  const headroom = Math.clz32(divisor)
  return [oneOverOnePlusX(((divisor << headroom) + INT32_MIN) | 0), 31 - headroom]
}

function quotient(
  { factor, reciprocals, outputZero, min, max }: DivPrepared,
  dividend: number,
  divisor: number,
): number {
  const [x, d] = divisor < 0 ? [-dividend, -divisor] : [dividend, divisor]
  const headroom = Math.clz32(x < 0 ? ~x : x) - 1
  const raw = doublingHighMultiply(x << headroom, reciprocals[2 * d])
  const scaled = doublingHighMultiply(raw, factor.multiplier)
  return clamp(outputZero + halvedTimes(scaled, headroom + reciprocals[2 * d + 1] - factor.shift), min, max)
}

/** As roundingDivideByPowerOfTwo, but TFLM also gets here with exponents from 32 up, where shifts wrap and masks are cut to 32 bits. */
function halvedTimes(x: number, exponent: number): number {
  const bits = exponent & 63
  const mask = bits > 31 ? -1 : bits === 31 ? INT32_MAX : (1 << bits) - 1
  const threshold = (mask >> 1) + (x < 0 ? 1 : 0)
  return ((x >> exponent) + ((x & mask) > threshold ? 1 : 0)) | 0
}

function divCase(
  name: string,
  a: number[],
  b: number[],
  outScale: number,
  options: { constant?: number; activation?: ActivationAttrs['activation'] } = {},
) {
  const fixed = (shape: number[]) => (shape.length === 1 && options.constant ? { constant: options.constant } : {})
  const operands = [
    { shape: a, scale: 0.05, zeroPoint: -3, ...fixed(a) },
    { shape: b, scale: 0.11, zeroPoint: -128, ...fixed(b) },
  ]
  const output = { shape: broadcastShape(a, b), scale: outScale, zeroPoint: -5 }
  return caseNode<ActivationAttrs>(name, 'div', { activation: options.activation ?? 'none' }, operands, [output])
}
