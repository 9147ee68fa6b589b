import { HolterError } from '../../errors.ts'
import type { Shape } from '../../ir/graph.ts'
import type { Shaped } from '../op.ts'
import { caseNode } from './cases.ts'
import { indicesOf } from './indices.ts'
import { type Movement, movement } from './movement.ts'

/** A plane [N, H, W, C] that is dealt out in blocks to a batch [N · bH · bW, H′, W′, C]. */
export interface Blocks {
  readonly plane: Shape
  readonly batch: Shape
  readonly block: readonly [number, number]
  /** Rows above and columns left of the plane that belong to the blocks: padding in one direction, crops in the other. */
  readonly top: number
  readonly left: number
}

/** Places in a block: each is a copy of its own in the kernel. */
const MOST_PLACES = 1024

/** Returns block sizes and the borders of height and width of a node's inputs; TFLM takes [N, H, C] as [N, H, 1, C]. */
export function blockInputs(x: Shape, block: Shaped | undefined, borders: Shaped | undefined) {
  const sizes = indicesOf(block, 'block shape')
  const edges = indicesOf(borders, 'borders')
  const axes = x.length - 2
  const fits = sizes.length === axes && edges.length === 2 * axes
  if (
    !(axes === 1 || axes === 2) ||
    !fits ||
    sizes.some(n => n < 1) ||
    sizes.reduce((a, b) => a * b, 1) > MOST_PLACES ||
    edges.some(n => n < 0)
  ) {
    throw new HolterError({
      stage: 'ops',
      where: 'blocks',
      problem: `blocks must be of height, or of height and width, of [N, H, C] or [N, H, W, C], with at most ${MOST_PLACES} places`,
      got: `blocks [${sizes}] and borders [${edges}] of [${x}]`,
    })
  }
  return {
    block: [sizes[0], sizes[1] ?? 1] as const,
    borders: [edges[0], edges[1], edges[2] ?? 0, edges[3] ?? 0] as const,
  }
}

export const asPlane = (x: Shape): Shape => (x.length === 3 ? [x[0], x[1], 1, x[2]] : x)

/** Returns one copy for each place in a block, from the plane to the batch. */
export function deal({ plane, batch, block, top, left }: Blocks, where: string): Movement[] {
  const [count, height, width, channels] = plane
  const [rowBytes, lineBytes] = [batch[2] * channels, width * channels]
  return Array.from({ length: block[0] * block[1] }, (_, place): Movement | undefined => {
    const rows = inside(Math.floor(place / block[1]) - top, block[0], batch[1], height)
    const columns = inside((place % block[1]) - left, block[1], batch[2], width)
    const sizes = [count, rows.count, columns.count, channels]
    if (sizes.includes(0)) return undefined
    const source = {
      at: rows.start * lineBytes + columns.start * channels,
      steps: [height * lineBytes, block[0] * lineBytes, block[1] * channels, 1],
    }
    const target = {
      at: place * count * batch[1] * rowBytes + rows.first * rowBytes + columns.first * channels,
      steps: [batch[1] * rowBytes, rowBytes, channels, 1],
    }
    return movement(where, sizes, source, target)
  }).filter(each => each !== undefined)
}

/** The same copies from the batch to the plane. */
export function gather(blocks: Blocks, where: string): Movement[] {
  return deal(blocks, where).map(({ from, to, loops }) => ({
    from: to,
    to: from,
    loops: loops.map(loop => ({ size: loop.size, from: loop.to, to: loop.from })),
  }))
}

/** Of the places offset + i · step for i below `count`: the first i that lies in [0, size), its place, and how many do. */
function inside(offset: number, step: number, count: number, size: number) {
  const first = Math.max(0, Math.ceil(-offset / step))
  const last = Math.min(count - 1, Math.floor((size - 1 - offset) / step))
  return { first, start: offset + first * step, count: Math.max(0, last - first + 1) }
}

/** A test case of either direction: blocks and borders as in a file. */
export function blockCase(
  kind: string,
  name: string,
  x: number[],
  out: (inputs: readonly Shaped[]) => Shape,
  block: number[],
  borders: number[],
) {
  const quantization = { scale: 0.05, zeroPoint: -7 }
  const constant = (shape: number[], data: number[]) => ({
    shape,
    type: 'int32' as const,
    scale: 1,
    data: Int32Array.from(data),
  })
  const inputs = [{ shape: x, ...quantization }, constant([block.length], block), constant([block.length, 2], borders)]
  return caseNode(name, kind, {}, inputs, [{ shape: out(inputs), ...quantization }])
}
