import { clamp, frexp, requantize, roundHalfAway, roundingDivideByPowerOfTwo } from '../ir/fixed-point.ts'
import { tanhQ4 } from '../ir/logistic.ts'
import { tableKernel } from './kernels/table.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { oneInput } from './parts/channelwise.ts'
import { type Int16Sigmoid, int16SigmoidKernel, prepareInt16Sigmoid, tanhInt16 } from './parts/sigmoid-int16.ts'
import { lookUp, type TablePrepared, tableOf } from './parts/table.ts'

/** TANH by TFLM's Q4.27 arithmetic; its output is always 1/128, 0; of int16 by a table, to 1/32768, 0. */
export const tanh: Op<Record<string, never>, TablePrepared | Int16Sigmoid> = {
  kind: 'tanh',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: oneInput,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 28, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.tanh(x!),
  quantization: { kind: 'fixed', scale: 1 / 128, zeroPoint: 0, int16Scale: 1 / 32768 },
  prepare(node) {
    if (node.inputs[0]!.type === 'int16') return prepareInt16Sigmoid(node, true)
    const { scale, zeroPoint } = quantizationOf(node.inputs[0]!)
    // As in LOGISTIC: frexp as it is, and beyond the radius the function is flat.
    const { fraction, exponent } = frexp(scale[0] * 2 ** 27)
    const multiplier = roundHalfAway(fraction * 2 ** 31)
    const radius = Math.floor((15 * 2 ** 27) / 2 ** exponent)
    return tableOf(q => {
      const x = q - zeroPoint[0]
      if (x <= -radius) return -128
      if (x >= radius) return 127
      const y = tanhQ4(requantize(x, multiplier, exponent))
      return clamp(roundingDivideByPowerOfTwo(y, 24), -128, 127)
    }, node.outputs[0])
  },
  reference: (p, [x], [y]) => ('table' in p ? lookUp(p, x, y) : tanhInt16(p, [x], [y])),
  kernels: [tableKernel, int16SigmoidKernel('tanh')],
  macs: () => 0,
  cases: () => [0.05, 0.001, 0.4, 2, 20.4].map(scale => tanhCase(scale, scale === 0.4 ? 127 : -9)),
}

function tanhCase(scale: number, zeroPoint: number) {
  const shape = [1, 77]
  const output = { shape, scale: 1 / 128, zeroPoint: 0 }
  return caseNode(`scale ${scale}`, 'tanh', {}, [{ shape, scale, zeroPoint }], [output])
}
