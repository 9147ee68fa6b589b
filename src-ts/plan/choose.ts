import { HolterError } from '../errors.ts'
import type { Kernel, KernelTarget } from '../ops/kernel.ts'
import type { PreparedNode } from '../reference/prepare.ts'

/** A kernel that fits a node, with its cost. */
export interface Candidate {
  readonly kernel: Kernel
  readonly cost?: number
}

/**
 * Returns the kernels of a node's op that fit it on a target, cheapest first; those without a cost come last, in reverse order of the op's list.
 * Empty where the op needs none. Throws HolterError when an op has kernels and none fits.
 */
export function candidates({ op, view, constants }: PreparedNode, target: KernelTarget): Candidate[] {
  const all: readonly Kernel[] = op.kernels
  const fitting = all
    .filter(kernel => kernel.flavours?.includes(target.flavour) ?? true)
    .filter(kernel => kernel.fits?.(constants, target) ?? true)
    .map(kernel => ({ kernel, cost: kernel.cost?.(constants, target) }))
  if (all.length > 0 && fitting.length === 0) {
    throw new HolterError({
      stage: 'plan',
      where: view.name,
      problem: `no kernel of ${op.kind} fits`,
      got: `${target.element.name}, ${target.flavour}`,
      expected: `what one of ${all.map(kernel => kernel.name).join(', ')} computes`,
      hint: 'This is a fault of Holter: please report it with the model',
    })
  }
  return fitting.toReversed().sort((a, b) => (a.cost ?? Infinity) - (b.cost ?? Infinity) || 0)
}
