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

/** SUB. Each operand may be a constant, and may be repeated along axes where its size is 1. */
export const sub: Op<ActivationAttrs, ScaledSumPrepared> = {
  kind: 'sub',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: repeatedOperands,
  fusesActivation: true,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 41, options: 28, ...activationOptions },
  outputShapes: (_, [a, b]) => [broadcastShape(a!.shape, b!.shape)],
  evaluate: (tf, attrs, [a, b]) => activate(tf, attrs.activation, tf.sub(a!, b!)),
  quantization: { kind: 'calibrated' },
  quantizeConstants: quantizeOperands,
  prepare: node => prepareSum(node, -1),
  reference: sum,
  kernels: [channelLines(sum), sumPlane, scaledSum, scaledSumLanes],
  macs: () => 0,
  cases: () => [
    subCase('equal shapes', [1, 1, 9, 7], [1, 1, 9, 7], 0.05),
    subCase('a constant from the signal', [1, 1, 9, 7], [7], 0.02, { constant: 127 }),
    subCase('one value per row, relu', [1, 1, 9, 7], [1, 1, 9, 1], 1.5, { activation: 'relu' }),
  ],
}

function subCase(
  name: string,
  a: number[],
  b: number[],
  scale: number,
  options: { constant?: number; activation?: ActivationAttrs['activation'] } = {},
) {
  const operands = [
    { shape: a, scale: 0.05, zeroPoint: -3 },
    { shape: b, scale, zeroPoint: 100, ...(options.constant && { constant: options.constant }) },
  ]
  const output = { shape: broadcastShape(a, b), scale: 0.08, zeroPoint: -5 }
  return caseNode<ActivationAttrs>(name, 'sub', { activation: options.activation ?? 'none' }, operands, [output])
}
