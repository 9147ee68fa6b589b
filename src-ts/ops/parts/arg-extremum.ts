import { HolterError } from '../../errors.ts'
import { elements } from '../../ir/graph.ts'
import type { Op } from '../op.ts'
import { caseNode } from './cases.ts'
import { axisOf, indicesOf, quantizeIndices } from './indices.ts'

/** TensorType of the places; TFLM knows int32 only. */
const INT32 = 2

/** The input seen as [outer, count, inner]. */
export interface ArgExtremumPrepared {
  readonly outer: number
  readonly count: number
  readonly inner: number
}

export interface ArgExtremumAttrs {
  /** TensorType of the output. */
  readonly outputType: number
}

/** What ARG_MAX (sign 1) and ARG_MIN (sign −1) have in common: all but their names, codes and real numbers. */
export function argExtremum(
  kind: 'argMax' | 'argMin',
  sign: 1 | -1,
  { code, options }: { code: number; options: number },
): Omit<Op<ArgExtremumAttrs, ArgExtremumPrepared>, 'evaluate'> {
  return {
    kind,
    truth: 'tflite-micro',
    tflite: {
      code,
      options,
      read: o => ({ outputType: o.int8(0, 0) }),
      write(builder, attrs) {
        builder.startObject(1)
        builder.addFieldInt8(0, attrs.outputType, 0)
        return builder.endObject()
      },
    },
    outputTypes: ['int32'],
    outputShapes(_, [x, axis]) {
      const along = axisOf(indicesOf(axis, 'axis')[0], x!.shape.length, kind)
      return [x!.shape.filter((_, i) => i !== along)]
    },
    quantization: { kind: 'fixed', scale: 1, zeroPoint: 0 },
    quantizeConstants: quantizeIndices,
    prepare({ name, inputs: [x, axis], outputs: [y] }) {
      if (y.type !== 'int32') {
        const hint = 'Convert with output_type=tf.int32'
        const problem = `${sign > 0 ? 'ARG_MAX' : 'ARG_MIN'} gives int32 in TFLM`
        throw new HolterError({ stage: 'ops', where: name, problem, got: y.type, expected: 'int32', hint })
      }
      const along = axisOf(indicesOf(axis, 'axis')[0], x!.shape.length, name)
      return {
        outer: elements(x!.shape.slice(0, along)),
        count: x!.shape[along],
        inner: elements(x!.shape.slice(along + 1)),
      }
    },
    reference({ outer, count, inner }, [x], [y]) {
      for (let a = 0; a < outer; a++) {
        for (let c = 0; c < inner; c++) {
          let best = 0
          const value = (i: number) => sign * Number(x[(a * count + i) * inner + c])
          for (let i = 1; i < count; i++) if (value(i) > value(best)) best = i
          y[a * inner + c] = best
        }
      }
    },
    kernels: [
      {
        name: 'arg-extremum',
        emit: ({ outer, count, inner }, to) =>
          to.call('arg-extremum', 'argExtremum', [
            ['input', to.input(0), outer, count, inner],
            ['flip', sign > 0 ? 0 : -1],
            ['output', to.output(0)],
          ]),
      },
    ],
    macs: () => 0,
    cases: () => [
      argCase(kind, 'class', [1, 20], 1),
      argCase(kind, 'time', [1, 1, 63, 5], -2),
      argCase(kind, 'first axis', [4, 3], 0),
    ],
  }
}

function argCase(kind: string, name: string, shape: number[], axis: number) {
  const place = { shape: [], type: 'int32' as const, scale: 1, data: Int32Array.of(axis) }
  const input = { shape, scale: 0.05, zeroPoint: 4 }
  const output = { shape: shape.toSpliced(axis, 1), type: 'int32' as const, scale: 1 }
  return caseNode<ArgExtremumAttrs>(name, kind, { outputType: INT32 }, [input, place], [output])
}
