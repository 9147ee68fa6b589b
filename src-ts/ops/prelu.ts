import { clamp, type Multiplier, quantizeMultiplier, requantize } from '../ir/fixed-point.ts'
import { type IntTensor, limitsOf } from '../ir/graph.ts'
import type { Op } from './op.ts'
import {
  broadcastShape,
  forEachPair,
  inBytes,
  type Operands,
  operandAddresses,
  operandData,
  operandsOf,
} from './parts/broadcast.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { repeatedOperands } from './parts/channelwise.ts'

export interface PreluPrepared extends Operands {
  /** Factor of values from zero up. */
  readonly positive: Multiplier
  /** Factor of a negative value times its slope. */
  readonly negative: Multiplier
  readonly outputZero: number
  readonly min: number
  readonly max: number
}

/**
 * PRELU: x where it is positive, slope · x where it is not. Inputs: x, slopes (repeated along axes of size 1).
 * Slopes are int8 beside int16 too (prelu_common.cc).
 */
export const prelu: Op<Record<string, never>, PreluPrepared> = {
  kind: 'prelu',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: repeatedOperands,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 54, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x, slopes]) => [broadcastShape(x!.shape, slopes!.shape)],
  evaluate: (tf, _, [x, slopes]) => tf.prelu(x!, slopes!),
  quantization: { kind: 'calibrated' },
  prepare(node) {
    const [x, slopes] = node.inputs as [IntTensor, IntTensor]
    const [from, slope, to] = [quantizationOf(x), quantizationOf(slopes), quantizationOf(node.outputs[0])]
    return {
      ...operandsOf(node, 'int8'),
      positive: quantizeMultiplier(from.scale[0] / to.scale[0]),
      negative: quantizeMultiplier((from.scale[0] * slope.scale[0]) / to.scale[0]),
      outputZero: to.zeroPoint[0],
      ...limitsOf(node.outputs[0]),
    }
  },
  reference(p, inputs, [y]) {
    const [x, slopes] = operandData(p, inputs)
    forEachPair(p, (at, inX, inSlopes) => {
      const value = Number(x[inX]) - p.zeroPoints[0]
      const { multiplier, shift } = value >= 0 ? p.positive : p.negative
      const factor = value >= 0 ? 1 : Number(slopes[inSlopes]) - p.zeroPoints[1]
      y[at] = clamp(requantize(value * factor, multiplier, shift) + p.outputZero, p.min, p.max)
    })
  },
  kernels: [
    {
      name: 'prelu',
      emit(p, to) {
        const [x, slopes] = operandAddresses(p, to)
        return to.call('prelu', `prelu<${to.element.name}>`, [
          ['x', x, p.zeroPoints[0]],
          ['slopes', slopes, p.zeroPoints[1]],
          ['output', to.output(0), p.outputZero],
          ['clamp', p.min, p.max],
          ['positive', p.positive.multiplier, p.positive.shift],
          ['negative', p.negative.multiplier, p.negative.shift],
          ['sizes', ...p.walk.sizes],
          ['steps of x', ...inBytes(p.walk.stepsA, to)],
          ['steps of slopes', ...p.walk.stepsB],
        ])
      },
    },
  ],
  macs: () => 0,
  cases: () => [
    preluCase('a slope per channel', [1, 1, 9, 7], [1, 1, 7], 0.04),
    preluCase('one slope', [1, 3, 4, 5], [1, 1, 1], 0.2),
    preluCase('a slope per element, larger scale', [1, 6, 4], [6, 4], 0.003),
  ],
}

function preluCase(name: string, x: number[], slopes: number[], outScale: number) {
  const inputs = [
    { shape: x, scale: 0.05, zeroPoint: -3 },
    { shape: slopes, scale: 0.004, zeroPoint: 10, constant: 127 },
  ]
  return caseNode(name, 'prelu', {}, inputs, [{ shape: x, scale: outScale, zeroPoint: -20 }])
}
