import { HolterError } from '../../errors.ts'
import type { Shape } from '../../ir/graph.ts'
import type { BuiltinOperator } from '../op.ts'
import { type Movement, movement, strides } from './movement.ts'

export interface BlockAttrs {
  /** Height and width of the square of pixels whose channels are one pixel's. */
  readonly blockSize: number
}

/** The options table of both directions. */
export const blockOptions: Pick<BuiltinOperator<BlockAttrs>, 'read' | 'write'> = {
  read: o => ({ blockSize: o.int32(0, 0) }),
  write(builder, attrs) {
    builder.startObject(1)
    builder.addFieldInt32(0, attrs.blockSize, 0)
    return builder.endObject()
  },
}

/** Returns the deep form [N, H, W, b · b · C] of a wide one [N, H · b, W · b, C]; throws when it has none. */
export function deepShape(wide: Shape, { blockSize: b }: BlockAttrs): number[] {
  const [n, h, w, c] = wide
  if (wide.length === 4 && b >= 1 && h % b === 0 && w % b === 0) return [n, h / b, w / b, c * b * b]
  throw refusal(wide, b)
}

/** Returns the wide form of a deep one; throws when it has none. */
export function wideShape(deep: Shape, { blockSize: b }: BlockAttrs): number[] {
  const [n, h, w, c] = deep
  if (deep.length === 4 && b >= 1 && c % (b * b) === 0) return [n, h * b, w * b, c / (b * b)]
  throw refusal(deep, b)
}

/** The copy between both forms: [N, H, W, b, b, C] of the deep one, whose steps in the wide one are those of its pixels. */
export function blockMovement(where: string, deep: Shape, wide: Shape, b: number, toWide: boolean): Movement {
  const sizes = [deep[0], deep[1], deep[2], b, b, wide[3]]
  const inDeep = { at: 0, steps: strides(sizes) }
  const [image, row, pixel] = strides(wide)
  const inWide = { at: 0, steps: [image, b * row, b * pixel, row, pixel, 1] }
  return toWide ? movement(where, sizes, inDeep, inWide) : movement(where, sizes, inWide, inDeep)
}

function refusal(shape: Shape, block: number): HolterError {
  const problem = 'blocks do not fit the shape'
  return new HolterError({ stage: 'ops', where: 'depth', problem, got: `${block} × ${block} of [${shape}]` })
}
