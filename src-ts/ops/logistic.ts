import { clamp, frexp, requantize, roundHalfAway, roundingDivideByPowerOfTwo } from '../ir/fixed-point.ts'
import { logisticQ4 } from '../ir/logistic.ts'
import { tableKernel } from './kernels/table.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { oneInput } from './parts/channelwise.ts'
import { type Int16Sigmoid, int16SigmoidKernel, logisticInt16, prepareInt16Sigmoid } from './parts/sigmoid-int16.ts'
import { lookUp, type TablePrepared, tableOf } from './parts/table.ts'

/** LOGISTIC by TFLM's Q4.27 arithmetic; its output is always 1/256, −128; of int16 by a table, to 1/32768, 0. */
export const logistic: Op<Record<string, never>, TablePrepared | Int16Sigmoid> = {
  kind: 'logistic',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: oneInput,
  probabilities: 'made',
  inputTypes: ['int8', 'int16'],
  tflite: { code: 14, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.sigmoid(x!),
  quantization: { kind: 'fixed', scale: 1 / 256, zeroPoint: -128, int16Scale: 1 / 32768 },
  prepare(node) {
    if (node.inputs[0]!.type === 'int16') return prepareInt16Sigmoid(node, false)
    const { scale, zeroPoint } = quantizationOf(node.inputs[0]!)
    // The input multiplier maps q − zeroPoint to Q4.27; TFLM takes frexp as it is, without the clamp of QuantizeMultiplier.
    const { fraction, exponent } = frexp(scale[0] * 2 ** 27)
    const multiplier = roundHalfAway(fraction * 2 ** 31)
    const radius = Math.floor((15 * 2 ** 27) / 2 ** exponent)
    return tableOf(q => {
      const x = q - zeroPoint[0]
      if (x <= -radius) return -128
      if (x >= radius) return 127
      const y = logisticQ4(requantize(x, multiplier, exponent))
      return clamp(roundingDivideByPowerOfTwo(y, 23) - 128, -128, 127)
    }, node.outputs[0])
  },
  reference: (p, [x], [y]) => ('table' in p ? lookUp(p, x, y) : logisticInt16(p, [x], [y])),
  kernels: [tableKernel, int16SigmoidKernel('logistic')],
  macs: () => 0,
  cases: () => [0.05, 0.001, 0.4, 2, 20.4].map(scale => logisticCase(scale, scale === 0.4 ? 127 : -9)),
}

function logisticCase(scale: number, zeroPoint: number) {
  const shape = [1, 77]
  return caseNode(
    `scale ${scale}`,
    'logistic',
    {},
    [{ shape, scale, zeroPoint }],
    [{ shape, scale: 1 / 256, zeroPoint: -128 }],
  )
}
