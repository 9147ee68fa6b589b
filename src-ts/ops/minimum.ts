import type { Op } from './op.ts'
import { broadcastShape, type Operands, operandsOf, repeated } from './parts/broadcast.ts'
import { emitExtremum, extremum, extremumCase } from './parts/extremum.ts'

/** MINIMUM. Each operand may be a constant, and may be repeated along axes where its size is 1. */
export const minimum: Op<Record<string, never>, Operands> = {
  kind: 'minimum',
  truth: 'tflite-micro',
  rowwise: true,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 57, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [a, b]) => [broadcastShape(a!.shape, b!.shape)],
  evaluate(tf, _, [x, y]) {
    const [a, b] = repeated(tf, [x!, y!])
    return tf.minimum(a, b)
  },
  quantization: { kind: 'same-as-input' },
  prepare: node => operandsOf(node),
  reference: (p, inputs, [y]) => extremum(p, inputs, y, -1),
  kernels: [{ name: 'minimum', emit: (p, to) => emitExtremum(p, to, 'minimum') }],
  macs: () => 0,
  cases: () => [
    extremumCase('minimum', 'equal shapes', [1, 1, 9, 7], [1, 1, 9, 7]),
    extremumCase('minimum', 'a constant per channel', [1, 1, 9, 7], [7], 90),
    extremumCase('minimum', 'both repeated', [1, 3, 1, 7], [1, 1, 9, 7]),
  ],
}
