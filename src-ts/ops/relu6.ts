import { clamp, roundHalfAway } from '../ir/fixed-point.ts'
import { caseNode } from './cases.ts'
import { quantizationOf } from './channels.ts'
import type { Op } from './op.ts'
import { emitLookUp, lookUp, type TablePrepared, tableOf } from './table.ts'

/**
 * RELU6 that stands alone. TFLM clamps by the input's quantization and does not rescale: where the output has another scale
 * its bytes are right and the real numbers they stand for are not. Holter gives the same bytes.
 */
export const relu6: Op<Record<string, never>, TablePrepared> = {
  kind: 'relu6',
  tflite: { code: 21, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.clipByValue(x!, 0, 6),
  quantization: { kind: 'same-as-input' },
  prepare(node) {
    const { scale, zeroPoint } = quantizationOf(node.inputs[0]!)
    const six = clamp(roundHalfAway(Math.fround(6 / scale[0])) + zeroPoint[0], -128, 127)
    return tableOf(q => clamp(q, zeroPoint[0], six), node.outputs[0])
  },
  reference: (p, [x], [y]) => lookUp(p, x, y),
  emit: emitLookUp,
  macs: () => 0,
  cases: () => [relu6Case('six inside', 0.05, -100), relu6Case('six beyond', 0.02, 0), relu6Case('coarse', 4, -128)],
}

function relu6Case(name: string, scale: number, zeroPoint: number) {
  const tensor = { shape: [1, 77], scale, zeroPoint }
  return caseNode(name, 'relu6', {}, [tensor], [tensor])
}
