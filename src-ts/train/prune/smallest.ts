import { valuesOf, type Weight } from '../model-weights.ts'
import { layerOf, type Masks } from './masks.ts'
import type { Amount } from './method.ts'

/** Weights of a kernel that live or go together. */
interface Units {
  readonly kernel: Weight
  /** Sum of magnitudes (L1) of each unit. */
  readonly magnitudes: Float32Array
  /** 1 for each unit that lives. */
  readonly alive: Uint8Array
  /** Returns the unit that a weight belongs to. */
  readonly of: (weight: number) => number
}

/**
 * Returns masks that cut the units with the smallest sums of magnitudes (L1), the earlier one of two equal ones first. A unit is `size`
 * neighbouring input channels of one filter at one place of its window; kernels of several places and units that do not divide stay whole.
 */
export function cutSmallest(
  kernels: readonly Weight[],
  size: number,
  { sparsity, layers = {}, scope = 'layer' }: Amount,
): Masks {
  const units = kernels.filter(kernel => dividesInto(size, kernel)).map(kernel => unitsOf(kernel, size))
  const own = ({ kernel }: Units) => layers[layerOf(kernel)]
  const rest = units.filter(each => own(each) === undefined)
  for (const each of units) if (own(each) !== undefined) cut([each], own(each))
  for (const group of scope === 'global' ? [rest] : rest.map(each => [each])) cut(group, sparsity)
  return new Map(
    units.map(({ kernel, alive, of }) => [
      kernel.name,
      Uint8Array.from({ length: kernel.variable.size }, (_, weight) => alive[of(weight)]),
    ]),
  )
}

/** Whether runs of `size` input channels make up a kernel; those of depthwise kernels are filters of their own. */
export function dividesInto(size: number, { name, shape }: Weight): boolean {
  return size === 1 || (shape.at(-2)! % size === 0 && !name.endsWith('depthwise_kernel'))
}

function unitsOf(kernel: Weight, size: number): Units {
  // Keras' kernels are [...window, inputs, outputs].
  const outputs = kernel.shape.at(-1)!
  const of = (weight: number) => Math.floor(weight / outputs / size) * outputs + (weight % outputs)
  const magnitudes = new Float32Array(kernel.variable.size / size)
  for (const [weight, value] of valuesOf(kernel.variable).entries()) magnitudes[of(weight)] += Math.abs(value)
  return { kernel, magnitudes, alive: new Uint8Array(magnitudes.length).fill(1), of }
}

/** Takes the share of the smallest units out of all groups together. */
function cut(groups: readonly Units[], share: number): void {
  const sorted = new Float32Array(groups.reduce((sum, { alive }) => sum + alive.length, 0))
  let at = 0
  for (const { magnitudes } of groups) {
    sorted.set(magnitudes, at)
    at += magnitudes.length
  }
  const count = Math.round(share * sorted.length)
  if (count === 0) return
  sorted.sort()
  const limit = sorted[count - 1]
  let equal = count - sorted.indexOf(limit)
  for (const { magnitudes, alive } of groups) {
    for (const [unit, magnitude] of magnitudes.entries()) {
      if (magnitude < limit || (magnitude === limit && equal-- > 0)) alive[unit] = 0
    }
  }
}
