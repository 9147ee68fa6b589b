import { HolterError } from '../errors.ts'
import { elements } from '../ir/graph.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { axisOf, indicesOf, quantizeIndices } from './parts/indices.ts'

/** Element types of the places; TFLM knows int32 only. */
const INT32 = 2

/** The input seen as [outer, count, inner]. */
export interface ArgMaxPrepared {
  readonly outer: number
  readonly count: number
  readonly inner: number
}

export interface ArgMaxAttrs {
  /** TensorType of the output. */
  readonly outputType: number
}

/** ARG_MAX: the place of the largest value along an axis, the first of equals, as int32. Inputs: x, axis (int32, constant). */
export const argMax: Op<ArgMaxAttrs, ArgMaxPrepared> = {
  kind: 'argMax',
  truth: 'tflite-micro',
  tflite: {
    code: 56,
    options: 40,
    read: o => ({ outputType: o.int8(0, 0) }),
    write(builder, attrs) {
      builder.startObject(1)
      builder.addFieldInt8(0, attrs.outputType, 0)
      return builder.endObject()
    },
  },
  outputTypes: ['int32'],
  outputShapes(_, [x, axis]) {
    const along = axisOf(indicesOf(axis, 'axis')[0], x!.shape.length, 'argMax')
    return [x!.shape.filter((_, i) => i !== along)]
  },
  evaluate: (tf, _, [x, axis]) => tf.argMax(x!, axis!.dataSync()[0]),
  quantization: { kind: 'fixed', scale: 1, zeroPoint: 0 },
  quantizeConstants: quantizeIndices,
  prepare({ name, inputs: [x, axis], outputs: [y] }) {
    if (y.type !== 'int32') {
      const hint = 'Convert with output_type=tf.int32'
      const problem = 'ARG_MAX gives int32 in TFLM'
      throw new HolterError({ stage: 'codegen', where: name, problem, got: y.type, expected: 'int32', hint })
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
        const value = (i: number) => x[(a * count + i) * inner + c]
        for (let i = 1; i < count; i++) if (value(i) > value(best)) best = i
        y[a * inner + c] = best
      }
    }
  },
  kernels: [
    {
      name: 'arg-max',
      emit: ({ outer, count, inner }, to) =>
        to.call('arg-max', 'argMax', [
          ['input', to.input(0), outer, count, inner],
          ['output', to.output(0)],
        ]),
    },
  ],
  macs: () => 0,
  cases: () => [
    argMaxCase('class', [1, 20], 1),
    argMaxCase('time', [1, 1, 63, 5], -2),
    argMaxCase('first axis', [4, 3], 0),
  ],
}

function argMaxCase(name: string, shape: number[], axis: number) {
  const place = { shape: [], type: 'int32' as const, scale: 1, data: Int32Array.of(axis) }
  const input = { shape, scale: 0.05, zeroPoint: 4 }
  const [out] = argMax.outputShapes({ outputType: INT32 }, [input, place])
  const output = { shape: out, type: 'int32' as const, scale: 1 }
  return caseNode<ArgMaxAttrs>(name, 'argMax', { outputType: INT32 }, [input, place], [output])
}
