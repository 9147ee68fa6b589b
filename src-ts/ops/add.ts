import { channelLines } from './kernels/channel-lines.ts'
import { scaledSum } from './kernels/scaled-sum.ts'
import { scaledSumLanes } from './kernels/scaled-sum-lanes.ts'
import { sumPlane } from './kernels/sum-plane.ts'
import type { Op } from './op.ts'
import { activate } from './parts/activation.ts'
import { broadcastShape, quantizeOperands } from './parts/broadcast.ts'
import { caseNode } from './parts/cases.ts'
import { repeatedOperands } from './parts/channelwise.ts'
import { type ActivationAttrs, activationOptions, prepareSum, type ScaledSumPrepared, sum } from './parts/scaled-sum.ts'

/** ADD. Each operand may be a constant, and may be repeated along axes where its size is 1. */
export const add: Op<ActivationAttrs, ScaledSumPrepared> = {
  kind: 'add',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: repeatedOperands,
  fusesActivation: true,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 0, options: 11, ...activationOptions },
  outputShapes: (_, [a, b]) => [broadcastShape(a!.shape, b!.shape)],
  evaluate: (tf, attrs, [a, b]) => activate(tf, attrs.activation, tf.add(a!, b!)),
  quantization: { kind: 'calibrated' },
  quantizeConstants: quantizeOperands,
  prepare: node => prepareSum(node, 1),
  reference: sum,
  kernels: [channelLines(sum), sumPlane, scaledSum, scaledSumLanes],
  macs: () => 0,
  cases: () => [
    addCase('equal scales', 0.05, 0.05, 0.1, 'none'),
    addCase('scales far apart, relu', 0.001, 2, 0.9, 'relu'),
    addCase('small output scale saturates', 0.3, 0.2, 0.01, 'relu6'),
    addCase('a constant per channel', 0.05, 0.02, 0.06, 'none', { b: [7], constant: 127 }),
    addCase('a constant first operand, one value', 0.05, 0.02, 0.06, 'none', { a: [1], constant: 100 }),
    addCase('both repeated', 0.05, 0.02, 0.06, 'reluN1To1', { a: [1, 3, 1, 7], b: [1, 1, 9, 7] }),
  ],
}

function addCase(
  name: string,
  a: number,
  b: number,
  out: number,
  activation: ActivationAttrs['activation'],
  options: { a?: number[]; b?: number[]; constant?: number } = {},
) {
  const shape = [1, 1, 9, 7]
  const operands = [
    { shape: options.a ?? shape, scale: a, zeroPoint: -128, ...(options.a && { constant: options.constant }) },
    { shape: options.b ?? shape, scale: b, zeroPoint: 31, ...(options.b && { constant: options.constant }) },
  ]
  const output = { shape: broadcastShape(operands[0].shape, operands[1].shape), scale: out, zeroPoint: -5 }
  return caseNode<ActivationAttrs>(name, 'add', { activation }, operands, [output])
}
