import type { Op } from '../op.ts'
import { broadcastShape, type Operands, operandsOf, repeated } from './broadcast.ts'
import { caseNode } from './cases.ts'
import { emitExtremum, extremum } from './extremum.ts'

/** Of bytes 0 and 1, AND is the smaller and OR the larger one. */
const extremes = { logicalAnd: ['minimum', -1], logicalOr: ['maximum', 1] } as const
type Logical = keyof typeof extremes

/** LOGICAL_AND or LOGICAL_OR of two bool operands, each of which may be repeated along axes where its size is 1. */
export function logical(kind: Logical, code: number): Op<object, Operands> {
  const [name, sign] = extremes[kind]
  return {
    kind,
    truth: 'tflite-micro',
    inputTypes: ['bool'],
    tflite: { code, options: 0, read: () => ({}), write: () => 0 },
    outputShapes: (_, [a, b]) => [broadcastShape(a!.shape, b!.shape)],
    evaluate(tf, _, [x, y]) {
      const [a, b] = repeated(tf, [x!, y!])
      return tf.cast(tf[kind](tf.cast(a, 'bool'), tf.cast(b, 'bool')), 'float32')
    },
    quantization: { kind: 'fixed', scale: 1, zeroPoint: 0 },
    prepare: node => operandsOf(node, 'bool', 'bool'),
    reference: (p, inputs, [y]) => extremum(p, inputs, y, sign),
    kernels: [{ name: `bool-${name}`, emit: (p, to) => emitExtremum(p, to, name) }],
    macs: () => 0,
    cases: () => [
      logicalCase(kind, 'equal shapes', [1, 1, 9, 7], [1, 1, 9, 7]),
      logicalCase(kind, 'a constant per channel', [1, 1, 9, 4], [4], Uint8Array.of(1, 0, 0, 1)),
      logicalCase(kind, 'both repeated', [1, 3, 1, 7], [1, 1, 9, 7]),
    ],
  }
}

function logicalCase(kind: Logical, name: string, a: number[], b: number[], data?: Uint8Array) {
  const bool = { type: 'bool', scale: 1 } as const
  const operands = [
    { shape: a, ...bool },
    { shape: b, ...bool, ...(data && { data }) },
  ]
  return caseNode(name, kind, {}, operands, [{ shape: broadcastShape(a, b), ...bool }])
}
