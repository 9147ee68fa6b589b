import { HolterError } from '../../errors.ts'
import type { BuiltinOperator, Case, Shaped } from '../op.ts'
import { caseNode } from './cases.ts'
import { indicesOf } from './indices.ts'

export interface ResizeAttrs {
  /** The corners of input and output lie on each other. */
  readonly alignCorners: boolean
  /** A pixel's place is its middle. */
  readonly halfPixelCenters: boolean
}

/** Reads and writes the attributes in a table of options, from its field `first` on. */
export function resizeOptions(
  options: number,
  first: number,
): Pick<BuiltinOperator<ResizeAttrs>, 'options' | 'read' | 'write'> {
  return {
    options,
    read: o => ({ alignCorners: o.bool(first, false), halfPixelCenters: o.bool(first + 1, false) }),
    write(builder, attrs) {
      builder.startObject(first + 2)
      builder.addFieldInt8(first, attrs.alignCorners ? 1 : 0, 0)
      builder.addFieldInt8(first + 1, attrs.halfPixelCenters ? 1 : 0, 0)
      return builder.endObject()
    },
  }
}

/** Returns the shape of [N, H, W, C] with another height and width. */
export function resizedShape(x: Shaped | undefined, size: Shaped | undefined): number[] {
  const sizes = indicesOf(size, 'size')
  if (x?.shape.length === 4 && sizes.length === 2 && sizes.every(n => n >= 1)) return [x.shape[0], ...sizes, x.shape[3]]
  const got = `[${x?.shape}] to [${sizes}]`
  throw new HolterError({ stage: 'ops', where: 'resize', problem: 'only [N, H, W, C] has a height and width', got })
}

/** Cases of either kind. */
export function resizeCases(kind: string): Case<ResizeAttrs>[] {
  const one = (name: string, shape: number[], size: number[], attrs: Partial<ResizeAttrs> = {}) => {
    const all = { alignCorners: false, halfPixelCenters: false, ...attrs }
    const quantization = { scale: 0.05, zeroPoint: 4 }
    const constant = { shape: [2], type: 'int32' as const, scale: 1, data: Int32Array.from(size) }
    const output = { shape: [shape[0], size[0], size[1], shape[3]], ...quantization }
    return caseNode<ResizeAttrs>(name, kind, all, [{ shape, ...quantization }, constant], [output])
  }
  return [
    one('twice as long', [1, 1, 9, 5], [1, 18]),
    one('corners', [1, 4, 5, 2], [7, 9], { alignCorners: true }),
    one('middles', [2, 4, 5, 2], [3, 11], { halfPixelCenters: true }),
    one('a picture', [1, 9, 12, 1], [20, 29], { halfPixelCenters: true }),
    one('one pixel', [1, 4, 5, 3], [1, 1]),
  ]
}
