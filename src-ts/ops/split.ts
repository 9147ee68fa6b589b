import { HolterError } from '../errors.ts'
import { elements, type Shape } from '../ir/graph.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { axisOf, indicesOf, quantizeIndices } from './parts/indices.ts'

export interface SplitAttrs {
  /** Number of equal parts, which are the outputs. */
  readonly parts: number
}

export interface SplitPrepared {
  /** Pieces of each part: the product of the axes before the one that is split. */
  readonly outer: number
  /** Elements of a piece. */
  readonly piece: number
  readonly parts: number
}

/** SPLIT: equal parts along one axis. Inputs: axis (int32, constant) and then x; as many outputs as parts. */
export const split: Op<SplitAttrs, SplitPrepared> = {
  kind: 'split',
  truth: 'tflite-micro',
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 49,
    options: 35,
    read: o => ({ parts: o.int32(0, 0) }),
    write(builder, attrs) {
      builder.startObject(1)
      builder.addFieldInt32(0, attrs.parts, 0)
      return builder.endObject()
    },
  },
  outputShapes(attrs, [axis, x]) {
    const along = axisOf(indicesOf(axis, 'axis')[0], x!.shape.length, 'split')
    const part = partOf(attrs, x!.shape, along)
    return Array.from({ length: attrs.parts }, () => part)
  },
  // tfjs has no gradient of a split into one part.
  evaluate: (tf, attrs, [axis, x]) =>
    attrs.parts === 1 ? tf.clone(x!) : tf.split(x!, attrs.parts, axis!.dataSync()[0]),
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare({ attrs, inputs: [axis, x] }) {
    const along = axisOf(indicesOf(axis, 'axis')[0], x!.shape.length, 'split')
    const part = partOf(attrs, x!.shape, along)
    return { outer: elements(part.slice(0, along)), piece: elements(part.slice(along)), parts: attrs.parts }
  },
  reference({ outer, piece, parts }, [x], outputs) {
    outputs.forEach((y, i) => {
      for (let row = 0; row < outer; row++) {
        for (let k = 0; k < piece; k++) y[row * piece + k] = x[(row * parts + i) * piece + k]
      }
    })
  },
  kernels: [
    {
      name: 'split',
      emit({ outer, piece, parts }, to) {
        const bytes = piece * to.element.bytes
        const calls = Array.from({ length: parts }, (_, i) =>
          to.call('copy', 'copyRows', [
            ['from', to.input(0) + i * bytes, parts * bytes],
            ['to', to.output(i), bytes],
            ['rows', outer, bytes],
          ]),
        )
        return calls.join('\n')
      },
    },
  ],
  macs: () => 0,
  cases: () => [
    splitCase('channels', [1, 1, 7, 6], 3, 2),
    splitCase('time', [1, 9, 4], 1, 3),
    splitCase('negative axis', [2, 3, 8], -1, 4),
    splitCase('one part', [1, 5], 1, 1),
  ],
}

/** More would be a damaged file: each part is an output of the node. */
export const MOST_PARTS = 1024

function partOf({ parts }: SplitAttrs, x: Shape, axis: number): number[] {
  if (parts >= 1 && parts <= MOST_PARTS && x[axis] % parts === 0) return x.map((n, i) => (i === axis ? n / parts : n))
  const got = `[${x}] along axis ${axis} into ${parts}`
  throw new HolterError({
    stage: 'codegen',
    where: 'split',
    problem: `parts are not equal, or more than ${MOST_PARTS}`,
    got,
  })
}

function splitCase(name: string, shape: number[], axis: number, parts: number) {
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const inputs = [
    { shape: [], type: 'int32' as const, scale: 1, data: Int32Array.of(axis) },
    { shape, ...quantization },
  ]
  const outputs = split.outputShapes({ parts }, inputs).map(out => ({ shape: out, ...quantization }))
  return caseNode(name, 'split', { parts }, inputs, outputs)
}
