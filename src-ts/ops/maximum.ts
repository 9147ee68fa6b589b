import type { Op } from './op.ts'
import { broadcastShape, type Operands, operandsOf, repeated } from './parts/broadcast.ts'
import { emitExtremum, extremum, extremumCase } from './parts/extremum.ts'

/** MAXIMUM. Each operand may be a constant, and may be repeated along axes where its size is 1. */
export const maximum: Op<Record<string, never>, Operands> = {
  kind: 'maximum',
  truth: 'tflite-micro',
  rowwise: true,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 55, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [a, b]) => [broadcastShape(a!.shape, b!.shape)],
  evaluate(tf, _, [x, y]) {
    const [a, b] = repeated(tf, [x!, y!])
    return tf.maximum(a, b)
  },
  quantization: { kind: 'same-as-input' },
  prepare: node => operandsOf(node),
  reference: (p, inputs, [y]) => extremum(p, inputs, y, 1),
  kernels: [{ name: 'maximum', emit: (p, to) => emitExtremum(p, to, 'maximum') }],
  macs: () => 0,
  cases: () => [
    extremumCase('maximum', 'equal shapes', [1, 1, 9, 7], [1, 1, 9, 7]),
    extremumCase('maximum', 'a constant per channel', [1, 1, 9, 7], [7], 90),
    extremumCase('maximum', 'both repeated', [1, 3, 1, 7], [1, 1, 9, 7]),
  ],
}
