import { HolterError } from '../errors.ts'
import { elements } from '../ir/graph.ts'
import { concatenation } from './concatenation.ts'
import type { ConcatenationPrepared } from './kernels/concatenate.ts'
import type { Op, Shaped } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { axisOf } from './parts/indices.ts'

export interface PackAttrs {
  /** Number of inputs. */
  readonly parts: number
  /** Axis of the output along which the inputs lie. */
  readonly axis: number
}

/** PACK: inputs of one shape side by side along a new axis. A copy, whatever their scales, as in TFLM. */
export const pack: Op<PackAttrs, ConcatenationPrepared> = {
  kind: 'pack',
  truth: 'tflite-micro',
  tflite: {
    code: 83,
    options: 59,
    read: o => ({ parts: o.int32(0, 0), axis: o.int32(1, 0) }),
    write(builder, attrs) {
      builder.startObject(2)
      builder.addFieldInt32(0, attrs.parts, 0)
      builder.addFieldInt32(1, attrs.axis, 0)
      return builder.endObject()
    },
  },
  outputShapes: (attrs, inputs) => [packedShape(attrs, inputs)],
  evaluate: (tf, { axis }, inputs) => tf.stack(inputs as never, axis),
  quantization: { kind: 'same-as-input' },
  prepare({ attrs, inputs }) {
    const shape = packedShape(attrs, inputs)
    const axis = axisOf(attrs.axis, shape.length, 'pack')
    return {
      outer: elements(shape.slice(0, axis)),
      pieces: inputs.map(() => elements(shape.slice(axis + 1))),
      ofRows: false,
      constants: inputs.map(x => x!.data as Int8Array | undefined),
    }
  },
  reference: concatenation.reference,
  kernels: concatenation.kernels,
  macs: () => 0,
  cases: () => [
    packCase('first axis', [1, 7, 3], 3, 0),
    packCase('last axis', [2, 5], 4, -1),
    packCase('a constant between', [1, 4, 3], 3, 2, 1),
    packCase('one input', [9], 1, 0),
  ],
}

function packedShape({ parts, axis }: PackAttrs, inputs: readonly (Shaped | undefined)[]): number[] {
  const shape = inputs[0]!.shape
  const along = axisOf(axis, shape.length + 1, 'pack')
  if (inputs.length === parts && inputs.every(x => x!.shape.join() === shape.join())) {
    return shape.toSpliced(along, 0, parts)
  }
  const got = inputs.map(x => `[${x!.shape}]`).join(' and ')
  throw new HolterError({ stage: 'ops', where: 'pack', problem: `inputs are not ${parts} of one shape`, got })
}

function packCase(name: string, shape: number[], parts: number, axis: number, constant?: number) {
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const inputs = Array.from({ length: parts }, (_, i) => ({
    shape,
    ...quantization,
    ...(i === constant && { constant: 100 }),
  }))
  const attrs = { parts, axis }
  return caseNode<PackAttrs>(name, 'pack', attrs, inputs, [{ shape: packedShape(attrs, inputs), ...quantization }])
}
