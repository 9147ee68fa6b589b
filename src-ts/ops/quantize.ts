import { quantizeMultiplier } from '../ir/fixed-point.ts'
import type { IntType } from '../ir/graph.ts'
import { tableKernel } from './kernels/table.ts'
import { twoSlopes } from './kernels/two-slopes.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { oneInput } from './parts/channelwise.ts'
import { followSlopes, prepareTwoSlopes, type TwoSlopesPrepared } from './parts/two-slopes.ts'

/** QUANTIZE between integers: the same real number under another scale or in another type. From float32 it stands at a file's border only. */
export const quantize: Op<Record<string, never>, TwoSlopesPrepared> = {
  kind: 'quantize',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: oneInput,
  probabilities: 'kept',
  inputTypes: ['int8', 'int16'],
  outputTypes: ['int8', 'int16', 'int32'],
  tflite: { code: 114, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.clone(x!),
  quantization: { kind: 'calibrated' },
  prepare(node) {
    const from = quantizationOf(node.inputs[0]!)
    const to = quantizationOf(node.outputs[0])
    const factor = quantizeMultiplier(from.scale[0] / to.scale[0])
    return prepareTwoSlopes(node, { positive: factor, negative: factor })
  },
  reference: followSlopes,
  kernels: [tableKernel, twoSlopes],
  macs: () => 0,
  cases: () => [
    quantizeCase(0.05, 0.05),
    quantizeCase(0.1, 0.04),
    quantizeCase(1e-6, 4),
    quantizeCase(3, 0.001),
    quantizeCase(0.05, 0.0002, 'int8', 'int16'),
    quantizeCase(0.05, 1e-5, 'int8', 'int32'),
    quantizeCase(0.0002, 0.04, 'int16', 'int8'),
    quantizeCase(0.0002, 0.03, 'int16', 'int32'),
  ],
}

function quantizeCase(scale: number, outScale: number, from: IntType = 'int8', to: IntType = 'int8') {
  const shape = [1, 77]
  const input = { shape, scale, zeroPoint: from === 'int8' ? 5 : 0, type: from }
  const output = { shape, scale: outScale, zeroPoint: to === 'int8' ? -20 : 0, type: to }
  return caseNode(`${from} ${scale} to ${to} ${outScale}`, 'quantize', {}, [input], [output])
}
