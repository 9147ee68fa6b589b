import type { Build } from '../codegen/build.ts'
import { HolterError } from '../errors.ts'
import type { Board } from './target.ts'

/** Bytes that an image takes, part by part. */
export interface Sizes {
  /** Constants of the network, in flash. */
  readonly weights: number
  /** Machine code of the network, or its module for an interpreter. */
  readonly code: number
  /** Everything else in flash: start-up, self-test, interpreter, C library. */
  readonly runtime: number
  /** The self-test's vectors, in flash. */
  readonly vectors: number
  /** Working memory of the network. */
  readonly arena: number
  /** Other memory: data, heap, constants that have to be in RAM. */
  readonly otherRam: number
  /** Bytes that are kept for the stack. */
  readonly stack: number
}

/** Total bytes in flash and in RAM. */
export function totals(sizes: Sizes): { flashBytes: number; ramBytes: number } {
  return {
    flashBytes: sizes.weights + sizes.code + sizes.runtime + sizes.vectors,
    ramBytes: sizes.arena + sizes.otherRam + sizes.stack,
  }
}

/** Throws HolterError when sizes, estimated or measured, are over a board's budget: what, by how much, and the cheapest remedy. */
export function checkBudget(sizes: Sizes, { name, budget }: Board, { program }: Build): void {
  const { flashBytes, ramBytes } = totals(sizes)
  const [{ graph, buffers }] = program.plan.networks
  if (ramBytes > budget.ramBytes) {
    const over = ramBytes - budget.ramBytes
    const largest = buffers.reduce((a, b) => (b.bytes > a.bytes ? b : a))
    refuseOver(
      name,
      'RAM',
      'bytes',
      ramBytes,
      budget.ramBytes,
      `The largest tensor is ${JSON.stringify(largest.name)} with ${largest.bytes} bytes: a shorter input, a larger stride or fewer channels there must save ${over} bytes`,
    )
  }
  if (flashBytes > budget.flashBytes) {
    const over = flashBytes - budget.flashBytes
    const remedy =
      sizes.vectors >= over
        ? `Fewer self-test vectors save the ${over} bytes: they take ${sizes.vectors}`
        : `${graph.name} must lose ${over} bytes of weights: prune it, or take a smaller network`
    refuseOver(name, 'flash', 'bytes', flashBytes, budget.flashBytes, remedy)
  }
}

/** Says what is over a board's budget, by how much, and what helps. */
export function refuseOver(
  board: string,
  what: string,
  unit: string,
  got: number,
  allowed: number,
  hint: string,
): never {
  throw new HolterError({
    stage: 'package',
    where: board,
    problem: `the model needs more ${what} than the board's budget, ${got - allowed} ${unit} too much`,
    got: `${got} ${unit}`,
    expected: `at most ${allowed}`,
    hint,
  })
}
