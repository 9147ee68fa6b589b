import { quantizeMultiplier } from '../ir/fixed-point.ts'
import { tableKernel } from './kernels/table.ts'
import { twoSlopes } from './kernels/two-slopes.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { oneInput } from './parts/channelwise.ts'
import { followSlopes, prepareTwoSlopes, type TwoSlopesPrepared } from './parts/two-slopes.ts'

/** RELU that stands alone: rescales, then clamps at the output's zero point. */
export const relu: Op<Record<string, never>, TwoSlopesPrepared> = {
  kind: 'relu',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: oneInput,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 19, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.relu(x!),
  quantization: { kind: 'calibrated' },
  prepare(node) {
    const from = quantizationOf(node.inputs[0]!)
    const to = quantizationOf(node.outputs[0])
    const factor = quantizeMultiplier(from.scale[0] / to.scale[0])
    return prepareTwoSlopes(node, { positive: factor, negative: factor }, { min: to.zeroPoint[0] })
  },
  reference: followSlopes,
  kernels: [tableKernel, twoSlopes],
  macs: () => 0,
  cases: () => [reluCase(0.05, -9, 0.05, -128), reluCase(0.3, 100, 0.07, 3), reluCase(1e-6, -128, 2, 127)],
}

function reluCase(scale: number, zeroPoint: number, outScale: number, outZero: number) {
  const shape = [1, 77]
  const output = { shape, scale: outScale, zeroPoint: outZero }
  return caseNode(`${scale} to ${outScale}`, 'relu', {}, [{ shape, scale, zeroPoint }], [output])
}
