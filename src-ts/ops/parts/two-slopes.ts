import { clamp, INT32_MAX, INT32_MIN, type Multiplier, requantize } from '../../ir/fixed-point.ts'
import { elements, type IntTensor, limitsOf } from '../../ir/graph.ts'
import type { NodeView } from '../op.ts'
import { quantizationOf } from './channels.ts'
import { lookUp, type TablePrepared, tableOf } from './table.ts'

/** A function of one value that multiplies it by one factor from zero up and by another below: QUANTIZE, RELU, LEAKY_RELU. */
export interface TwoSlopes {
  readonly positive: Multiplier
  readonly negative: Multiplier
  readonly inputZero: number
  readonly outputZero: number
  readonly min: number
  readonly max: number
  readonly count: number
  /** Element types as AssemblyScript names them. */
  readonly from: string
  readonly to: string
}

export type TwoSlopesPrepared = TwoSlopes | TablePrepared

/** Returns a node's function: as a table from int8 to int8, else as its factors. `range` narrows the limits of the output's type. */
export function prepareTwoSlopes(
  { inputs, outputs: [y] }: NodeView<unknown>,
  factors: { positive: Multiplier; negative: Multiplier },
  range: { min?: number; max?: number } = {},
): TwoSlopesPrepared {
  const x = inputs[0] as IntTensor
  const slopes: TwoSlopes = {
    ...factors,
    inputZero: quantizationOf(x).zeroPoint[0],
    outputZero: quantizationOf(y).zeroPoint[0],
    ...(y.type === 'int32' ? { min: INT32_MIN, max: INT32_MAX } : limitsOf(y)),
    ...range,
    count: elements(y.shape),
    from: elementName(x),
    to: elementName(y),
  }
  return x.type === 'int8' && y.type === 'int8' ? tableOf(q => follow(slopes, q), y) : slopes
}

/** The definition. */
export function followSlopes(
  p: TwoSlopesPrepared,
  [x]: readonly ArrayLike<number | bigint>[],
  [y]: readonly any[],
): void {
  if ('table' in p) lookUp(p, x, y)
  else for (let i = 0; i < p.count; i++) y[i] = follow(p, Number(x[i]))
}

function follow({ positive, negative, inputZero, outputZero, min, max }: TwoSlopes, q: number): number {
  const x = q - inputZero
  const { multiplier, shift } = x >= 0 ? positive : negative
  return clamp(requantize(x, multiplier, shift) + outputZero, min, max)
}

/** int16 is i16. */
function elementName({ type }: IntTensor): string {
  return type.replace('nt', '')
}
