import { clamp, quantizeMultiplier, roundHalfAway } from '../ir/fixed-point.ts'
import { limitsOf } from '../ir/graph.ts'
import { tableKernel } from './kernels/table.ts'
import { twoSlopes } from './kernels/two-slopes.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { oneInput } from './parts/channelwise.ts'
import { tableOf } from './parts/table.ts'
import { followSlopes, prepareTwoSlopes, type TwoSlopesPrepared } from './parts/two-slopes.ts'

/**
 * RELU6 that stands alone. TFLM clamps by the input's quantization and does not rescale: where the output has another scale
 * its bytes are right and the real numbers they stand for are not. Holter gives the same bytes.
 */
export const relu6: Op<Record<string, never>, TwoSlopesPrepared> = {
  kind: 'relu6',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: oneInput,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 21, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.clipByValue(x!, 0, 6),
  quantization: { kind: 'same-as-input' },
  prepare(node) {
    const x = node.inputs[0]!
    const { scale, zeroPoint } = quantizationOf(x)
    const limits = limitsOf(x)
    const six = clamp(roundHalfAway(Math.fround(6 / scale[0])) + zeroPoint[0], limits.min, limits.max)
    if (x.type === 'int8') return tableOf(q => clamp(q, zeroPoint[0], six), node.outputs[0])
    const one = quantizeMultiplier(1)
    return prepareTwoSlopes(node, { positive: one, negative: one }, { min: 0, max: six })
  },
  reference: followSlopes,
  kernels: [tableKernel, twoSlopes],
  macs: () => 0,
  cases: () => [relu6Case('six inside', 0.05, -100), relu6Case('six beyond', 0.02, 0), relu6Case('coarse', 4, -128)],
}

function relu6Case(name: string, scale: number, zeroPoint: number) {
  const tensor = { shape: [1, 77], scale, zeroPoint }
  return caseNode(name, 'relu6', {}, [tensor], [tensor])
}
