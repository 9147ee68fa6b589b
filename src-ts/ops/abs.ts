import { quantizeMultiplier } from '../ir/fixed-point.ts'
import { tableKernel } from './kernels/table.ts'
import { twoSlopes } from './kernels/two-slopes.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { oneInput } from './parts/channelwise.ts'
import { followSlopes, prepareTwoSlopes, type TwoSlopesPrepared } from './parts/two-slopes.ts'

/** ABS: one factor, with the other sign below zero. */
export const abs: Op<Record<string, never>, TwoSlopesPrepared> = {
  kind: 'abs',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: oneInput,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 101, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.abs(x!),
  quantization: { kind: 'calibrated' },
  prepare(node) {
    const from = quantizationOf(node.inputs[0]!)
    const to = quantizationOf(node.outputs[0])
    const positive = quantizeMultiplier(from.scale[0] / to.scale[0])
    return prepareTwoSlopes(node, { positive, negative: { ...positive, multiplier: -positive.multiplier } })
  },
  reference: followSlopes,
  kernels: [tableKernel, twoSlopes],
  macs: () => 0,
  cases: () => [absCase(0.05, 0.05), absCase(0.05, 0.026), absCase(0.001, 0.4), absCase(3, 0.001)],
}

function absCase(scale: number, outScale: number) {
  const shape = [1, 77]
  const output = { shape, scale: outScale, zeroPoint: -90 }
  return caseNode(`${scale} to ${outScale}`, 'abs', {}, [{ shape, scale, zeroPoint: 11 }], [output])
}
