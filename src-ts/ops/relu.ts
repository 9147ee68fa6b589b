import { clamp, quantizeMultiplier, requantize } from '../ir/fixed-point.ts'
import { caseNode } from './cases.ts'
import { quantizationOf } from './channels.ts'
import type { Op } from './op.ts'
import { emitLookUp, lookUp, type TablePrepared, tableOf } from './table.ts'

/** RELU that stands alone: rescales, then clamps at the output's zero point. */
export const relu: Op<Record<string, never>, TablePrepared> = {
  kind: 'relu',
  tflite: { code: 19, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.relu(x!),
  quantization: { kind: 'calibrated' },
  prepare(node) {
    const from = quantizationOf(node.inputs[0]!)
    const to = quantizationOf(node.outputs[0])
    // TFLM divides the scales in float32 here, in double in its other operators.
    const { multiplier, shift } = quantizeMultiplier(Math.fround(from.scale[0] / to.scale[0]))
    const zero = to.zeroPoint[0]
    return tableOf(q => clamp(requantize(q - from.zeroPoint[0], multiplier, shift) + zero, zero, 127), node.outputs[0])
  },
  reference: (p, [x], [y]) => lookUp(p, x, y),
  emit: emitLookUp,
  macs: () => 0,
  cases: () => [reluCase(0.05, -9, 0.05, -128), reluCase(0.3, 100, 0.07, 3), reluCase(1e-6, -128, 2, 127)],
}

function reluCase(scale: number, zeroPoint: number, outScale: number, outZero: number) {
  const shape = [1, 77]
  const output = { shape, scale: outScale, zeroPoint: outZero }
  return caseNode(`${scale} to ${outScale}`, 'relu', {}, [{ shape, scale, zeroPoint }], [output])
}
