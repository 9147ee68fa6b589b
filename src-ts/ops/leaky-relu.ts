import { quantizeMultiplier } from '../ir/fixed-point.ts'
import { tableKernel } from './kernels/table.ts'
import { twoSlopes } from './kernels/two-slopes.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { oneInput } from './parts/channelwise.ts'
import { followSlopes, prepareTwoSlopes, type TwoSlopesPrepared } from './parts/two-slopes.ts'

export interface LeakyReluAttrs {
  /** Slope of the negative side. */
  readonly alpha: number
}

/** LEAKY_RELU: one factor for each side. */
export const leakyRelu: Op<LeakyReluAttrs, TwoSlopesPrepared> = {
  kind: 'leakyRelu',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: oneInput,
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 98,
    options: 75,
    read: o => ({ alpha: o.float32(0, 0) }),
    write(builder, attrs) {
      builder.startObject(1)
      builder.addFieldFloat32(0, attrs.alpha, 0)
      return builder.endObject()
    },
  },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, attrs, [x]) => tf.leakyRelu(x!, attrs.alpha),
  quantization: { kind: 'calibrated' },
  prepare(node) {
    const from = quantizationOf(node.inputs[0]!)
    const to = quantizationOf(node.outputs[0])
    const negative = quantizeMultiplier((from.scale[0] * Math.fround(node.attrs.alpha)) / to.scale[0])
    const positive = quantizeMultiplier(from.scale[0] / to.scale[0])
    return prepareTwoSlopes(node, { positive, negative })
  },
  reference: followSlopes,
  kernels: [tableKernel, twoSlopes],
  macs: () => 0,
  cases: () => [leakyCase(0.3, 0.05), leakyCase(0.01, 0.2), leakyCase(0, 0.05), leakyCase(1.5, 0.001)],
}

function leakyCase(alpha: number, scale: number) {
  const shape = [1, 77]
  const attrs: LeakyReluAttrs = { alpha: Math.fround(alpha) }
  const output = { shape, scale: 0.06, zeroPoint: -40 }
  return caseNode(`alpha ${alpha}`, 'leakyRelu', attrs, [{ shape, scale, zeroPoint: 11 }], [output])
}
