import { HolterError } from '../../errors.ts'
import { clamp, type Multiplier, quantizeMultiplier, requantize } from '../../ir/fixed-point.ts'
import type { ActivationType, IntData, IntTensor } from '../../ir/graph.ts'
import type { BuiltinOperator, NodeView } from '../op.ts'
import { type Activation, activationRange, activations } from './activation.ts'
import { forEachPair, type Operands, operandData, operandsOf } from './broadcast.ts'
import { quantizationOf } from './channels.ts'

/** ADD and SUB: a + sign · b. */
export interface ScaledSumPrepared extends Operands {
  readonly sign: 1 | -1
  /** Bits by which both terms are raised before they are brought to the common scale. */
  readonly leftShift: number
  readonly factors: readonly [Multiplier, Multiplier]
  readonly outputFactor: Multiplier
  readonly outputZero: number
  readonly min: number
  readonly max: number
}

export interface ActivationAttrs {
  readonly activation: Activation
}

/** TFLM add_common.cc. */
const LEFT_SHIFTS = { int8: 20, int16: 15 }

/** The options table of operators whose first field is the fused activation. */
export const activationOptions: Pick<BuiltinOperator<ActivationAttrs>, 'read' | 'write'> = {
  read: o => ({ activation: activations[o.int8(0, 0)] }),
  write(builder, attrs) {
    builder.startObject(2)
    builder.addFieldInt8(0, activations.indexOf(attrs.activation), 0)
    return builder.endObject()
  },
}

export function prepareSum(node: NodeView<ActivationAttrs>, sign: 1 | -1): ScaledSumPrepared {
  const [a, b] = node.inputs as [IntTensor, IntTensor]
  const output = quantizationOf(node.outputs[0])
  const [scaleA, scaleB] = [quantizationOf(a).scale[0], quantizationOf(b).scale[0]]
  const twiceMax = 2 * Math.max(scaleA, scaleB)
  const leftShift = LEFT_SHIFTS[a.type as ActivationType]
  const outputFactor = twiceMax / (2 ** leftShift * output.scale[0])
  if (outputFactor >= 1) {
    throw new HolterError({
      stage: 'ops',
      where: node.name,
      problem: 'output scale is too small beside the inputs: TFLM stops at such a node',
      got: output.scale[0],
      expected: `above ${twiceMax / 2 ** leftShift}`,
    })
  }
  return {
    ...operandsOf(node),
    ...activationRange(node.attrs.activation, node.outputs[0]),
    sign,
    leftShift,
    factors: [quantizeMultiplier(scaleA / twiceMax), quantizeMultiplier(scaleB / twiceMax)],
    outputFactor: quantizeMultiplier(outputFactor),
    outputZero: output.zeroPoint[0],
  }
}

export function sum(p: ScaledSumPrepared, inputs: readonly IntData[], [y]: readonly IntData[]): void {
  const [a, b] = operandData(p, inputs)
  forEachPair(p, (at, inA, inB) => {
    y[at] = sumOfTerms(p, termOf(p, 0, a[inA]), termOf(p, 1, b[inB]))
  })
}

/** A value of operand `i`, on the scale that both have before they are added. */
export function termOf({ zeroPoints, leftShift, factors }: ScaledSumPrepared, i: 0 | 1, q: number | bigint): number {
  return requantize((Number(q) - zeroPoints[i]) << leftShift, factors[i].multiplier, factors[i].shift)
}

/** What two terms become in the output. */
export function sumOfTerms(p: ScaledSumPrepared, a: number, b: number): number {
  const { multiplier, shift } = p.outputFactor
  return clamp(requantize((a + p.sign * b) | 0, multiplier, shift) + p.outputZero, p.min, p.max)
}
