import { clamp, quantizeMultiplier, requantize } from '../ir/fixed-point.ts'
import { caseNode } from './cases.ts'
import { quantizationOf } from './channels.ts'
import type { Op } from './op.ts'
import { emitLookUp, lookUp, type TablePrepared, tableOf } from './table.ts'

/** QUANTIZE from int8 to int8: the same real number under another scale. From float32 it stands at a file's border only. */
export const quantize: Op<Record<string, never>, TablePrepared> = {
  kind: 'quantize',
  tflite: { code: 114, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (_, __, [x]) => x!,
  quantization: { kind: 'calibrated' },
  prepare(node) {
    const from = quantizationOf(node.inputs[0]!)
    const to = quantizationOf(node.outputs[0])
    const { multiplier, shift } = quantizeMultiplier(from.scale[0] / to.scale[0])
    return tableOf(
      q => clamp(requantize(q - from.zeroPoint[0], multiplier, shift) + to.zeroPoint[0], -128, 127),
      node.outputs[0],
    )
  },
  reference: (p, [x], [y]) => lookUp(p, x, y),
  emit: emitLookUp,
  macs: () => 0,
  cases: () => [quantizeCase(0.05, 0.05), quantizeCase(0.1, 0.04), quantizeCase(1e-6, 4), quantizeCase(3, 0.001)],
}

function quantizeCase(scale: number, outScale: number) {
  const shape = [1, 77]
  const output = { shape, scale: outScale, zeroPoint: -20 }
  return caseNode(`${scale} to ${outScale}`, 'quantize', {}, [{ shape, scale, zeroPoint: 5 }], [output])
}
