import type { NodeView, Op } from '../op.ts'
import { indicesOf } from './indices.ts'

type Channelwise = NonNullable<Op['channelwise']>

/** Functions of one value, and windows over one channel: the only input has the channels. */
export const oneInput: Channelwise = () => [0]

/** Operators that repeat their operands: those have the channels that are as wide as the output. */
export const repeatedOperands: Channelwise = ({ inputs, outputs: [y] }) => {
  const channels = y.shape.at(-1)
  return inputs.flatMap((x, i) => (x && x.shape.at(-1) === channels ? i : []))
}

/** Reductions: the input has the channels unless the reduction is over them. */
export const overOtherAxes: Channelwise = ({ inputs: [x, axes] }: NodeView<unknown>) => {
  const rank = x!.shape.length
  return indicesOf(axes, 'axes').some(axis => (axis + rank) % rank === rank - 1) ? undefined : [0]
}
