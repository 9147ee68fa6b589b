import { clamp, type Multiplier, quantizeMultiplier, requantize } from '../ir/fixed-point.ts'
import { type ActivationType, type IntTensor, limitsOf } from '../ir/graph.ts'
import type { Op } from './op.ts'
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

export interface SquaredDifferencePrepared extends Operands {
  /** Bits by which both terms are raised before they are brought to the common scale. */
  readonly leftShift: number
  readonly factors: readonly [Multiplier, Multiplier]
  readonly outputFactor: Multiplier
  readonly outputZero: number
  readonly min: number
  readonly max: number
}

/** TFLM squared_difference.cc: 255² raised by twice as many bits fits 32. */
const LEFT_SHIFTS = { int8: 7, int16: 0 }

/** SQUARED_DIFFERENCE, (a − b)², the variance's first half in LayerNormalization. Operands as in MUL. */
export const squaredDifference: Op<Record<string, never>, SquaredDifferencePrepared> = {
  kind: 'squaredDifference',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: repeatedOperands,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 99, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [a, b]) => [broadcastShape(a!.shape, b!.shape)],
  evaluate(tf, _, [x, y]) {
    const [a, b] = repeated(tf, [x!, y!])
    return tf.squaredDifference(a, b)
  },
  quantization: { kind: 'calibrated' },
  quantizeConstants: quantizeOperands,
  prepare(node) {
    const [a, b] = node.inputs as [IntTensor, IntTensor]
    const output = quantizationOf(node.outputs[0])
    const [scaleA, scaleB] = [quantizationOf(a).scale[0], quantizationOf(b).scale[0]]
    const twiceMax = 2 * Math.max(scaleA, scaleB)
    const leftShift = LEFT_SHIFTS[a.type as ActivationType]
    return {
      ...operandsOf(node),
      ...limitsOf(node.outputs[0]),
      leftShift,
      factors: [quantizeMultiplier(scaleA / twiceMax), quantizeMultiplier(scaleB / twiceMax)],
      outputFactor: quantizeMultiplier((twiceMax * twiceMax) / (4 ** leftShift * output.scale[0])),
      outputZero: output.zeroPoint[0],
    }
  },
  reference(p, inputs, [y]) {
    const [a, b] = operandData(p, inputs)
    const term = (q: number | bigint, i: 0 | 1) =>
      requantize((Number(q) - p.zeroPoints[i]) << p.leftShift, p.factors[i].multiplier, p.factors[i].shift)
    const { multiplier, shift } = p.outputFactor
    forEachPair(p, (at, inA, inB) => {
      const difference = term(a[inA], 0) - term(b[inB], 1)
      y[at] = clamp(requantize(Math.imul(difference, difference), multiplier, shift) + p.outputZero, p.min, p.max)
    })
  },
  kernels: [
    {
      name: 'squared-difference',
      inPlace: wholeOperands,
      emit(p, to) {
        const [a, b] = operandAddresses(p, to)
        return to.call('squared-difference', `squaredDifference<${to.element.name}>`, [
          ['a', a, p.zeroPoints[0], p.factors[0].multiplier, p.factors[0].shift],
          ['b', b, p.zeroPoints[1], p.factors[1].multiplier, p.factors[1].shift],
          ['raised by', p.leftShift],
          ['output', to.output(0), p.outputZero, p.outputFactor.multiplier, p.outputFactor.shift],
          ['clamp', p.min, p.max],
          ...walkArguments(p, to),
        ])
      },
    },
  ],
  macs: () => 0,
  cases: () => [
    differenceCase('equal shapes', [1, 1, 9, 7], [1, 1, 9, 7], 0.3),
    differenceCase('a mean per row', [1, 9, 7], [1, 9, 1], 0.02),
    differenceCase('a constant per channel', [1, 1, 9, 7], [7], 0.0003, 127),
    differenceCase('both repeated', [1, 3, 1, 7], [1, 1, 9, 7], 4),
  ],
}

function differenceCase(name: string, a: number[], b: number[], outScale: number, constant?: number) {
  const operands = [
    { shape: a, scale: 0.05, zeroPoint: -3 },
    { shape: b, scale: 0.11, zeroPoint: 100, ...(constant && { constant }) },
  ]
  const output = { shape: broadcastShape(a, b), scale: outScale, zeroPoint: -128 }
  return caseNode(name, 'squaredDifference', {}, operands, [output])
}
