import { clamp, quantizeMultiplier, requantize } from '../ir/fixed-point.ts'
import type { IntData, IntTensor } from '../ir/graph.ts'
import { channelLines } from './kernels/channel-lines.ts'
import { type MulPrepared, productLanes } from './kernels/product-lanes.ts'
import type { Op } from './op.ts'
import { activate, activationRange } from './parts/activation.ts'
import {
  broadcastShape,
  forEachPair,
  operandAddresses,
  operandData,
  operandsOf,
  quantizeOperands,
  walkArguments,
  wholeOperands,
} from './parts/broadcast.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { repeatedOperands } from './parts/channelwise.ts'
import { type ActivationAttrs, activationOptions } from './parts/scaled-sum.ts'

/** MUL. Each operand may be a constant, and may be repeated along axes where its size is 1. */
export const mul: Op<ActivationAttrs, MulPrepared> = {
  kind: 'mul',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: repeatedOperands,
  fusesActivation: true,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 18, options: 21, ...activationOptions },
  outputShapes: (_, [a, b]) => [broadcastShape(a!.shape, b!.shape)],
  evaluate: (tf, attrs, [a, b]) => activate(tf, attrs.activation, tf.mul(a!, b!)),
  quantization: { kind: 'calibrated' },
  quantizeConstants: quantizeOperands,
  prepare(node) {
    const [a, b] = node.inputs as [IntTensor, IntTensor]
    const output = quantizationOf(node.outputs[0])
    return {
      ...operandsOf(node),
      ...activationRange(node.attrs.activation, node.outputs[0]),
      factor: quantizeMultiplier((quantizationOf(a).scale[0] * quantizationOf(b).scale[0]) / output.scale[0]),
      outputZero: output.zeroPoint[0],
    }
  },
  shiftsOf: ({ factor }) => [factor.shift],
  reference: product,
  kernels: [
    {
      name: 'mul',
      inPlace: wholeOperands,
      emit(p, to) {
        const [a, b] = operandAddresses(p, to)
        return to.call('product', `product<${to.element.name}>`, [
          ['a', a, p.zeroPoints[0]],
          ['b', b, p.zeroPoints[1]],
          ['output', to.output(0), p.outputZero, p.factor.multiplier, p.factor.shift],
          ['clamp', p.min, p.max],
          ...walkArguments(p, to),
        ])
      },
    },
    productLanes,
    channelLines(product),
  ],
  macs: () => 0,
  cases: () => [
    mulCase('equal shapes', [1, 1, 9, 7], [1, 1, 9, 7], 0.5),
    mulCase('a constant per channel, relu', [1, 1, 9, 7], [7], 0.02, { constant: 127, activation: 'relu' }),
    mulCase('one value per row', [1, 2, 9, 7], [1, 2, 9, 1], 0.0001),
    mulCase('both repeated, relu6', [1, 3, 1, 7], [1, 1, 9, 7], 2, { activation: 'relu6' }),
    mulCase('a constant vector first', [5], [1, 4, 5], 0.3, { constant: -90 }),
  ],
}

function product(p: MulPrepared, inputs: readonly IntData[], [y]: readonly IntData[]): void {
  const [a, b] = operandData(p, inputs)
  const [zeroA, zeroB] = p.zeroPoints
  const { multiplier, shift } = p.factor
  forEachPair(p, (at, inA, inB) => {
    const raw = (Number(a[inA]) - zeroA) * (Number(b[inB]) - zeroB)
    y[at] = clamp(requantize(raw, multiplier, shift) + p.outputZero, p.min, p.max)
  })
}

function mulCase(
  name: string,
  a: number[],
  b: number[],
  outScale: number,
  options: { constant?: number; activation?: ActivationAttrs['activation'] } = {},
) {
  const fixed = (shape: number[]) => (shape.length === 1 && options.constant ? { constant: options.constant } : {})
  const operands = [
    { shape: a, scale: 0.05, zeroPoint: -3, ...fixed(a) },
    { shape: b, scale: 0.11, zeroPoint: 100, ...fixed(b) },
  ]
  const output = { shape: broadcastShape(a, b), scale: outScale, zeroPoint: -5 }
  return caseNode<ActivationAttrs>(name, 'mul', { activation: options.activation ?? 'none' }, operands, [output])
}
