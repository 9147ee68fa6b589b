import { clamp, quantizeMultiplier, requantize } from '../ir/fixed-point.ts'
import { caseNode } from './cases.ts'
import { quantizationOf } from './channels.ts'
import type { Op } from './op.ts'
import { emitLookUp, lookUp, type TablePrepared, tableOf } from './table.ts'

export interface LeakyReluAttrs {
  /** Slope of the negative side. */
  readonly alpha: number
}

/** LEAKY_RELU: one factor for each side; TFLM computes both in float32 (leaky_relu_common.cc). */
export const leakyRelu: Op<LeakyReluAttrs, TablePrepared> = {
  kind: 'leakyRelu',
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
    const scaledAlpha = Math.fround(from.scale[0] * Math.fround(node.attrs.alpha))
    const negative = quantizeMultiplier(Math.fround(scaledAlpha / to.scale[0]))
    const positive = quantizeMultiplier(Math.fround(from.scale[0] / to.scale[0]))
    return tableOf(q => {
      const x = q - from.zeroPoint[0]
      const { multiplier, shift } = x >= 0 ? positive : negative
      return clamp(requantize(x, multiplier, shift) + to.zeroPoint[0], -128, 127)
    }, node.outputs[0])
  },
  reference: (p, [x], [y]) => lookUp(p, x, y),
  emit: emitLookUp,
  macs: () => 0,
  cases: () => [leakyCase(0.3, 0.05), leakyCase(0.01, 0.2), leakyCase(0, 0.05), leakyCase(1.5, 0.001)],
}

function leakyCase(alpha: number, scale: number) {
  const shape = [1, 77]
  const attrs: LeakyReluAttrs = { alpha: Math.fround(alpha) }
  const output = { shape, scale: 0.06, zeroPoint: -40 }
  return caseNode(`alpha ${alpha}`, 'leakyRelu', attrs, [{ shape, scale, zeroPoint: 11 }], [output])
}
