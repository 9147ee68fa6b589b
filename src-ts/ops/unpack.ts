import { HolterError } from '../errors.ts'
import { elements, type Shape } from '../ir/graph.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { axisOf } from './parts/indices.ts'
import { MOST_PARTS, type SplitPrepared, split } from './split.ts'

export interface UnpackAttrs {
  /** Length of the axis, which is the number of outputs. */
  readonly parts: number
  readonly axis: number
}

/** UNPACK: one output for each place along an axis, without that axis. As SPLIT into parts of length 1. */
export const unpack: Op<UnpackAttrs, SplitPrepared> = {
  kind: 'unpack',
  truth: 'tflite-micro',
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 88,
    options: 64,
    read: o => ({ parts: o.int32(0, 0), axis: o.int32(1, 0) }),
    write(builder, attrs) {
      builder.startObject(2)
      builder.addFieldInt32(0, attrs.parts, 0)
      builder.addFieldInt32(1, attrs.axis, 0)
      return builder.endObject()
    },
  },
  outputShapes(attrs, [x]) {
    const axis = axisIn(attrs, x!.shape)
    return Array.from({ length: attrs.parts }, () => x!.shape.filter((_, i) => i !== axis))
  },
  // tfjs has no gradient of one part.
  evaluate: (tf, attrs, [x]) => (attrs.parts === 1 ? tf.squeeze(x!, [attrs.axis]) : tf.unstack(x!, attrs.axis)),
  quantization: { kind: 'same-as-input' },
  prepare({ attrs, inputs: [x] }) {
    const axis = axisIn(attrs, x!.shape)
    return { outer: elements(x!.shape.slice(0, axis)), piece: elements(x!.shape.slice(axis + 1)), parts: attrs.parts }
  },
  reference: split.reference,
  kernels: split.kernels,
  macs: () => 0,
  cases: () => [
    unpackCase('time', [5, 1, 4], 0),
    unpackCase('channels', [1, 7, 3], 2),
    unpackCase('negative axis', [2, 3, 8], -2),
    unpackCase('one part', [1, 5], 0),
  ],
}

/** Returns the axis counted from the front; throws unless it is as long as there are outputs. */
function axisIn({ parts, axis }: UnpackAttrs, x: Shape): number {
  const along = axisOf(axis, x.length, 'unpack')
  if (x[along] === parts && parts <= MOST_PARTS) return along
  const got = `[${x}] along axis ${axis} into ${parts}`
  const problem = `there is not one output for each place, or more than ${MOST_PARTS}`
  throw new HolterError({ stage: 'codegen', where: 'unpack', problem, got })
}

function unpackCase(name: string, shape: number[], axis: number) {
  const x = { shape, scale: 0.05, zeroPoint: 4 }
  const attrs = { parts: shape.at(axis)!, axis }
  const outputs = unpack.outputShapes(attrs, [x]).map(out => ({ ...x, shape: out }))
  return caseNode(name, 'unpack', attrs, [x], outputs)
}
