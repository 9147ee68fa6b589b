import { HolterError } from '../errors.ts'
import { elements, type Shape } from '../ir/graph.ts'
import type { Op, Shaped } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { axisOf, indicesOf, quantizeIndices } from './parts/indices.ts'
import { MOST_PARTS } from './split.ts'

export interface SplitVAttrs {
  /** Number of parts, which are the outputs. */
  readonly parts: number
}

export interface SplitVPrepared {
  /** Pieces of each part: the product of the axes before the one that is split. */
  readonly outer: number
  /** Elements of a piece of each part. */
  readonly pieces: readonly number[]
}

/** SPLIT_V: parts of their own sizes along one axis. Inputs: x, sizes and axis (int32, constant; one size may be −1, for the rest). */
export const splitV: Op<SplitVAttrs, SplitVPrepared> = {
  kind: 'splitV',
  truth: 'tflite-micro',
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 102,
    options: 79,
    read: o => ({ parts: o.int32(0, 0) }),
    write(builder, attrs) {
      builder.startObject(1)
      builder.addFieldInt32(0, attrs.parts, 0)
      return builder.endObject()
    },
  },
  outputShapes: (attrs, [x, sizes, axis]) => partsOf(attrs, x!.shape, sizes, axis).shapes,
  evaluate(tf, attrs, [x, sizes, axis]) {
    const constants = [sizes, axis].map(t => ({ shape: t!.shape, data: t!.dataSync() as Int32Array }))
    const { shapes, along } = partsOf(attrs, x!.shape, constants[0], constants[1])
    // tfjs has no gradient of a split into one part.
    if (attrs.parts === 1) return tf.clone(x!)
    return tf.split(
      x!,
      shapes.map(shape => shape[along]),
      along,
    )
  },
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare({ attrs, inputs: [x, sizes, axis] }) {
    const { shapes, along } = partsOf(attrs, x!.shape, sizes, axis)
    return { outer: elements(x!.shape.slice(0, along)), pieces: shapes.map(shape => elements(shape.slice(along))) }
  },
  reference({ outer, pieces }, [x], outputs) {
    let at = 0
    for (let row = 0; row < outer; row++) {
      outputs.forEach((y, i) => {
        for (let k = 0; k < pieces[i]; k++) y[row * pieces[i] + k] = x[at++]
      })
    }
  },
  kernels: [
    {
      name: 'split-v',
      emit({ outer, pieces }, to) {
        const bytes = pieces.map(piece => piece * to.element.bytes)
        const pitch = bytes.reduce((a, b) => a + b, 0)
        let from = to.input(0)
        const calls = bytes.map((size, i) => {
          const start = from
          from += size
          return to.call('copy', 'copyRows', [
            ['from', start, pitch],
            ['to', to.output(i), size],
            ['rows', outer, size],
          ])
        })
        return calls.join('\n')
      },
    },
  ],
  macs: () => 0,
  cases: () => [
    splitCase('channels', [1, 1, 7, 6], 3, [1, 5]),
    splitCase('time', [1, 9, 4], 1, [2, 3, 4]),
    splitCase('the rest, negative axis', [2, 3, 8], -1, [3, -1, 2]),
    splitCase('one part', [1, 5], 1, [5]),
  ],
}

function partsOf({ parts }: SplitVAttrs, x: Shape, sizes: Shaped | undefined, axis: Shaped | undefined) {
  const along = axisOf(indicesOf(axis, 'axis')[0], x.length, 'splitV')
  const given = indicesOf(sizes, 'sizes')
  const known = given.filter(n => n !== -1).reduce((a, b) => a + b, 0)
  const lengths = given.map(n => (n === -1 ? x[along] - known : n))
  const fits = lengths.every(n => n >= 1) && lengths.reduce((a, b) => a + b, 0) === x[along]
  if (fits && lengths.length === parts && parts <= MOST_PARTS && given.filter(n => n === -1).length <= 1)
    return { along, shapes: lengths.map(length => x.with(along, length)) }
  throw new HolterError({
    stage: 'ops',
    where: 'splitV',
    problem: `parts do not make up the input, or are more than ${MOST_PARTS}`,
    got: `[${given}] of [${x}] along axis ${along}`,
  })
}

function splitCase(name: string, shape: number[], axis: number, sizes: number[]) {
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const constant = (data: number[], own: number[]) => ({
    shape: own,
    type: 'int32' as const,
    scale: 1,
    data: Int32Array.from(data),
  })
  const inputs = [{ shape, ...quantization }, constant(sizes, [sizes.length]), constant([axis], [])]
  const attrs = { parts: sizes.length }
  const outputs = splitV.outputShapes(attrs, inputs).map(out => ({ shape: out, ...quantization }))
  return caseNode(name, 'splitV', attrs, inputs, outputs)
}
