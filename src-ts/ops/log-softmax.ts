import { HolterError } from '../errors.ts'
import {
  clamp,
  INT32_MIN,
  type Multiplier,
  quantizeMultiplier,
  requantize,
  roundingDivideByPowerOfTwo,
} from '../ir/fixed-point.ts'
import { elements } from '../ir/graph.ts'
import { logarithm } from '../ir/logistic.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { type Differences, differencesOf, requireClasses, SUM_BITS } from './parts/exponentials.ts'

export interface LogSoftmaxPrepared extends Differences {
  readonly rows: number
  readonly classes: number
  /** From Q5.26 back to steps of the input. */
  readonly reverse: Multiplier
}

/** Fixed by TFLM: the logarithms are −16 … 0. */
const OUTPUT = { scale: 1 / 16, zeroPoint: 127 }

/** LOG_SOFTMAX over the last axis; its output is always 1/16, 127. */
export const logSoftmax: Op<Record<string, never>, LogSoftmaxPrepared> = {
  kind: 'logSoftmax',
  truth: 'tflite-micro',
  rowwise: true,
  tflite: {
    code: 50,
    options: 36,
    read: () => ({}),
    write(builder) {
      builder.startObject(0)
      return builder.endObject()
    },
  },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.logSoftmax(x!),
  quantization: { kind: 'fixed', ...OUTPUT },
  prepare({ name, inputs: [x], outputs: [y] }) {
    const own = quantizationOf(y)
    if (own.scale[0] !== OUTPUT.scale || own.zeroPoint[0] !== OUTPUT.zeroPoint) {
      const problem = 'LOG_SOFTMAX has one output quantization only'
      const got = `scale ${own.scale[0]}, zero point ${own.zeroPoint[0]}`
      throw new HolterError({ stage: 'ops', where: name, problem, got, expected: 'scale 1/16, zero point 127' })
    }
    const classes = x!.shape[x!.shape.length - 1] ?? 1
    requireClasses(name, classes)
    const differences = differencesOf(quantizationOf(x!).scale[0], 1)
    const { multiplier, shift } = differences.factor
    const reverse = quantizeMultiplier(2 ** (31 - shift) / multiplier)
    return { ...differences, rows: elements(x!.shape) / classes, classes, reverse }
  },
  reference({ rows, classes, lowest, scaled, exponentials, reverse }, [x], [y]) {
    for (let row = 0; row < rows; row++) {
      const start = row * classes
      let largest = -128
      for (let i = 0; i < classes; i++) largest = Math.max(largest, Number(x[start + i]))
      const difference = (i: number) => Number(x[start + i]) - largest
      let sum = 0
      for (let i = 0; i < classes; i++) sum += roundingDivideByPowerOfTwo(exponentials[difference(i) + 255], SUM_BITS)
      const log = logarithm(sum)
      const least = Math.max(lowest - 1, requantize(log + INT32_MIN, reverse.multiplier, reverse.shift))
      for (let i = 0; i < classes; i++) {
        const wide = (scaled[difference(i) + 255] - log) | 0
        const share = roundingDivideByPowerOfTwo(wide, 22) + OUTPUT.zeroPoint
        y[start + i] = difference(i) > least ? clamp(share, -128, 127) : -128
      }
    }
  },
  kernels: [
    {
      name: 'log-softmax',
      emit: (p, to) =>
        to.call('log-softmax', 'logSoftmax', [
          ['input', to.input(0), p.rows, p.classes],
          ['output', to.output(0)],
          ['exponentials', to.data(p.exponentials, 4)],
          ['differences', to.data(p.scaled, 4), p.lowest, p.reverse.multiplier, p.reverse.shift],
        ]),
    },
  ],
  macs: () => 0,
  cases: () => [
    logSoftmaxCase('five classes', [1, 5], 0.2),
    logSoftmaxCase('rows', [3, 7], 0.05),
    logSoftmaxCase('coarse scale leaves far classes out', [4, 10], 2),
    logSoftmaxCase('fine scale', [2, 12], 1e-4),
    logSoftmaxCase('one class', [4, 1], 0.1),
    logSoftmaxCase('many classes', [1, 1001], 0.01),
  ],
}

function logSoftmaxCase(name: string, shape: number[], scale: number) {
  return caseNode(name, 'logSoftmax', {}, [{ shape, scale, zeroPoint: 7 }], [{ shape, ...OUTPUT }])
}
