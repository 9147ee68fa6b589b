import type { LayersModel } from '@tensorflow/tfjs-layers'
import { HolterError } from '../errors.ts'
import { assign, valuesOf, weightsOf } from './model-weights.ts'
import type { Tf } from './tf.ts'

/** 1 where a weight lives, 0 where it stays zero, by weight name. */
export type Masks = ReadonlyMap<string, Uint8Array>

export interface PruneOptions {
  /** Leaves the kernel of the last layer whole (default): it is small, and every label hangs on it. */
  readonly keepLast?: boolean
}

/**
 * Returns the masks that leave `1 − sparsity` of each convolution and dense kernel, and zeroes the rest in the model.
 * The smallest magnitudes of each kernel go (L1, unstructured, per layer), the earlier of two equal ones first.
 * Train on with these masks to win back what was lost.
 */
export function pruneModel(
  tf: Tf,
  model: LayersModel,
  sparsity: number,
  { keepLast = true }: PruneOptions = {},
): Masks {
  if (!(sparsity >= 0 && sparsity < 1)) {
    throw new HolterError({
      stage: 'usage',
      where: 'sparsity',
      problem: 'not a share of the weights',
      got: sparsity,
      expected: '0 … below 1',
    })
  }
  const kernels = weightsOf(model).filter(weight => weight.kernel)
  const masks = new Map<string, Uint8Array>()
  for (const { name, variable } of keepLast ? kernels.slice(0, -1) : kernels) {
    const values = valuesOf(variable)
    const mask = largest(values, sparsity)
    assign(
      tf,
      variable,
      values.map((value, i) => value * mask[i]),
    )
    masks.set(name, mask)
  }
  return masks
}

/** Returns the share of zeros among the weights that masks cover. */
export function sparsityOf(masks: Masks): number {
  const all = [...masks.values()]
  const size = all.reduce((sum, mask) => sum + mask.length, 0)
  const alive = all.reduce((sum, mask) => sum + mask.reduce((count, bit) => count + bit, 0), 0)
  return size === 0 ? 0 : 1 - alive / size
}

function largest(values: Float32Array, sparsity: number): Uint8Array {
  const mask = new Uint8Array(values.length).fill(1)
  const order = Uint32Array.from(values.keys()).sort((a, b) => Math.abs(values[a]) - Math.abs(values[b]) || a - b)
  for (const i of order.subarray(0, Math.round(sparsity * values.length))) mask[i] = 0
  return mask
}
