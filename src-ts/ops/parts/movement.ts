import { HolterError } from '../../errors.ts'
import type { Shape } from '../../ir/graph.ts'
import type { Emitter } from '../kernel.ts'

/** One loop of a copy: how often, and how many elements source and target move in each step. */
interface Loop {
  readonly size: number
  readonly from: number
  readonly to: number
}

/** A copy of single elements along nested loops: what SLICE, TRANSPOSE and their kin come down to. */
export interface Movement {
  /** Places of the first element. */
  readonly from: number
  readonly to: number
  /** Outermost first; five. */
  readonly loops: readonly Loop[]
}

/** Loops of the kernel. */
const LOOPS = 5

/** Elements from one to the next along each axis of a shape that lies in memory without gaps. */
export function strides(shape: Shape): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
}

/**
 * Returns the copy that goes through `sizes`, with a step of source and target for each axis.
 * Axes that both walk without a gap become one, so that most copies end as few long runs. Throws when more than five are left.
 */
export function movement(
  where: string,
  sizes: readonly number[],
  source: { at: number; steps: readonly number[] },
  target: { at: number; steps: readonly number[] },
): Movement {
  const loops: Loop[] = []
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const loop = { size: sizes[axis], from: source.steps[axis], to: target.steps[axis] }
    const inner = loops[0]
    if (loop.size === 1) continue
    if (inner && loop.from === inner.from * inner.size && loop.to === inner.to * inner.size) {
      loops[0] = { ...inner, size: inner.size * loop.size }
    } else loops.unshift(loop)
  }
  if (loops.length > LOOPS) {
    throw new HolterError({
      stage: 'ops',
      where,
      problem: 'bytes are moved along too many axes',
      got: loops.length,
      expected: `at most ${LOOPS}`,
    })
  }
  while (loops.length < LOOPS) loops.unshift({ size: 1, from: 1, to: 1 })
  return { from: source.at, to: target.at, loops }
}

/** The definition: element after element. */
export function move({ from, to, loops }: Movement, x: ArrayLike<number | bigint>, y: any): void {
  const walk = (depth: number, read: number, write: number): void => {
    const { size, from: stepFrom, to: stepTo } = loops[depth]
    for (let i = 0; i < size; i++, read += stepFrom, write += stepTo) {
      if (depth === LOOPS - 1) y[write] = x[read]
      else walk(depth + 1, read, write)
    }
  }
  walk(0, from, to)
}

export function emitMove({ from, to, loops }: Movement, emitter: Emitter, output = 0): string {
  const { name, bytes } = emitter.element
  return emitter.call('move', `move<${name}>`, [
    ['from', emitter.input(0) + from * bytes, ...loops.map(loop => loop.from * bytes)],
    ['to', emitter.output(output) + to * bytes, ...loops.map(loop => loop.to * bytes)],
    ['sizes', ...loops.map(loop => loop.size)],
  ])
}
