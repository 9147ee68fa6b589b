import { clamp, roundHalfAway } from '../ir/fixed-point.ts'
import { tableKernel } from './kernels/table.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { oneInput } from './parts/channelwise.ts'
import { lookUp, type TablePrepared, tableOf } from './parts/table.ts'

/** ELU, exp(x) − 1 below zero: TFLM fills a table in float32 (elu.cc), each step of which is rounded here as there. */
export const elu: Op<Record<string, never>, TablePrepared> = {
  kind: 'elu',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: oneInput,
  tflite: { code: 111, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.elu(x!),
  quantization: { kind: 'calibrated' },
  prepare(node) {
    const from = quantizationOf(node.inputs[0]!)
    const to = quantizationOf(node.outputs[0])
    const inverse = Math.fround(1 / to.scale[0])
    return tableOf(q => {
      const x = Math.fround(from.scale[0] * (q - from.zeroPoint[0]))
      const real = x < 0 ? Math.fround(Math.fround(Math.exp(x)) - 1) : x
      return clamp(roundHalfAway(Math.fround(real * inverse)) + to.zeroPoint[0], -128, 127)
    }, node.outputs[0])
  },
  reference: (p, [x], [y]) => lookUp(p, x, y),
  kernels: [tableKernel],
  macs: () => 0,
  cases: () => [eluCase(0.05, 0.03, 0), eluCase(0.2, 0.01, -100), eluCase(0.001, 0.001, 20)],
}

function eluCase(scale: number, outScale: number, zeroPoint: number) {
  const shape = [1, 77]
  const output = { shape, scale: outScale, zeroPoint: -90 }
  return caseNode(`${scale} to ${outScale}`, 'elu', {}, [{ shape, scale, zeroPoint }], [output])
}
