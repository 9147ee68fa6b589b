import { HolterError } from '../../errors.ts'
import type { Op, Shaped } from '../op.ts'

/** Returns the numbers of a constant tensor of axes, sizes or places. Throws where it is computed: shapes would depend on data. */
export function indicesOf(tensor: Shaped | undefined, what: string): number[] {
  if (tensor?.data) return Array.from(tensor.data, Number)
  throw new HolterError({ stage: 'ops', where: what, problem: `${what} must be constant`, got: 'computed' })
}

/** Returns an axis counted from the front; throws when a shape of that rank has no such axis. */
export function axisOf(axis: number, rank: number, where: string): number {
  const counted = axis < 0 ? axis + rank : axis
  if (counted >= 0 && counted < rank) return counted
  throw new HolterError({ stage: 'ops', where, problem: 'no such axis', got: axis, expected: `0 to ${rank - 1}` })
}

/** Quantizes the constants of an operator that are all axes, sizes or places: they stay the integers that they are. */
export const quantizeIndices: NonNullable<Op['quantizeConstants']> = (_, constants) =>
  constants.map(c => c && { type: 'int32', shape: c.shape, data: Int32Array.from(c.data) })
