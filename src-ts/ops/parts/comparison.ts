import type { Tensor } from '@tensorflow/tfjs-core'
import { HolterError } from '../../errors.ts'
import { type Multiplier, quantizeMultiplier, requantize } from '../../ir/fixed-point.ts'
import type { Backend, NodeView, Op } from '../op.ts'
import {
  broadcastShape,
  forEachPair,
  type Operands,
  operandAddresses,
  operandData,
  operandsOf,
  quantizeOperands,
  repeated,
  walkArguments,
} from './broadcast.ts'
import { caseNode } from './cases.ts'
import { quantizationOf } from './channels.ts'

/** What a relation holds for, as the sum of: less 1, equal 2, greater 4. */
const relations = { less: 1, equal: 2, lessEqual: 3, greater: 4, notEqual: 5, greaterEqual: 6 } as const
export type Relation = keyof typeof relations

export interface Comparison extends Operands {
  readonly factors: readonly [Multiplier, Multiplier]
}

/** TFLM comparisons.cc: bits by which operands are raised before they are multiplied by their own scales. */
const LEFT_SHIFT = 8

/**
 * The comparison of two operands, each of which may be a constant and may be repeated along axes where its size is 1. The output is bool:
 * bytes 0 and 1. TFLM rounds (q − zero point) · scale · 2⁸ to an integer, so that real values nearer than 1/256 may count as equal.
 * Its kernels of GREATER and GREATER_EQUAL have int16, but read factors that were never set: int8 only here.
 */
export function comparison(kind: Relation, code: number): Op<object, Comparison> {
  const relation = relations[kind]
  return {
    kind,
    truth: 'tflite-micro',
    outputTypes: ['bool'],
    tflite: { code, options: 0, read: () => ({}), write: () => 0 },
    outputShapes: (_, [a, b]) => [broadcastShape(a!.shape, b!.shape)],
    evaluate: (tf, _, [a, b]) => tf.cast(compare(tf, kind, a!, b!), 'float32'),
    quantization: { kind: 'fixed', scale: 1, zeroPoint: 0 },
    quantizeConstants: quantizeOperands,
    prepare: prepareComparison,
    reference(p, inputs, [y]) {
      const [a, b] = operandData(p, inputs)
      const term = (q: number | bigint, i: 0 | 1) =>
        requantize((Number(q) - p.zeroPoints[i]) << LEFT_SHIFT, p.factors[i].multiplier, p.factors[i].shift)
      forEachPair(p, (at, inA, inB) => {
        const difference = term(a[inA], 0) - term(b[inB], 1)
        y[at] = (relation >> (Math.sign(difference) + 1)) & 1
      })
    },
    kernels: [
      {
        name: 'comparison',
        emit(p, to) {
          const [a, b] = operandAddresses(p, to)
          return to.call('comparison', 'compare', [
            ['a', a, p.zeroPoints[0], p.factors[0].multiplier, p.factors[0].shift],
            ['b', b, p.zeroPoints[1], p.factors[1].multiplier, p.factors[1].shift],
            ['raised by', LEFT_SHIFT],
            ['output', to.output(0)],
            ['less 1, equal 2, greater 4', relation],
            ...walkArguments(p, to),
          ])
        },
      },
    ],
    macs: () => 0,
    cases: () => [
      comparisonCase(kind, 'equal shapes', [1, 1, 9, 7], [1, 1, 9, 7]),
      comparisonCase(kind, 'a threshold', [1, 1, 9, 7], [], 90),
      comparisonCase(kind, 'both repeated', [1, 3, 1, 7], [1, 1, 9, 7]),
    ],
  }
}

/** tfjs has a function of each relation's name. */
function compare(tf: Backend, kind: Relation, x: Tensor, y: Tensor): Tensor {
  const [a, b] = repeated(tf, [x, y])
  return tf[kind](a, b)
}

function prepareComparison(node: NodeView<object>): Comparison {
  const [a, b] = node.inputs
  const scales = [a!, b!].map(operand => quantizationOf(operand).scale[0])
  const large = scales.find(scale => scale >= 1)
  if (large !== undefined) {
    const problem = 'TFLM compares only operands whose scales are below 1'
    throw new HolterError({ stage: 'ops', where: node.name, problem, got: large, expected: 'below 1' })
  }
  const [factorA, factorB] = scales.map(quantizeMultiplier)
  return { ...operandsOf(node, 'int8', 'int8'), factors: [factorA, factorB] }
}

function comparisonCase(kind: Relation, name: string, a: number[], b: number[], constant?: number) {
  const operands = [
    { shape: a, scale: 0.05, zeroPoint: -3 },
    { shape: b, scale: 0.1, zeroPoint: -3, ...(constant && { constant }) },
  ]
  return caseNode(name, kind, {}, operands, [{ shape: broadcastShape(a, b), type: 'bool' as const, scale: 1 }])
}
