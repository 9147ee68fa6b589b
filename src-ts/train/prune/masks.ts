import type { LayersModel } from '@tensorflow/tfjs-layers'
import { assign, valuesOf, type Weight, weightsOf } from '../model-weights.ts'
import type { Tf } from '../tf.ts'

/** 1 where a weight lives, 0 where it stays zero, by weight name. */
export type Masks = ReadonlyMap<string, Uint8Array>

/** Returns the share of zeros among the weights that masks cover. */
export function sparsityOf(masks: Masks): number {
  const all = [...masks.values()]
  const size = all.reduce((sum, mask) => sum + mask.length, 0)
  const alive = all.reduce((sum, mask) => sum + mask.reduce((count, bit) => count + bit, 0), 0)
  return size === 0 ? 0 : 1 - alive / size
}

/** Sets the weights of a model to zero where their mask is. */
export function applyMasks(tf: Tf, model: LayersModel, masks: Masks): void {
  for (const { name, variable } of weightsOf(model)) {
    const mask = masks.get(name)
    if (!mask) continue
    assign(
      tf,
      variable,
      valuesOf(variable).map((value, i) => value * mask[i]),
    )
  }
}

/** Returns the masks of the zeros in a model's kernels: what was pruned before, since no trained weight is exactly zero. */
export function masksOfZeros(model: LayersModel): Masks {
  const masks = new Map<string, Uint8Array>()
  for (const { name, kernel, variable } of weightsOf(model)) {
    if (!kernel) continue
    const mask = Uint8Array.from(valuesOf(variable), value => Number(value !== 0))
    if (mask.includes(0)) masks.set(name, mask)
  }
  return masks
}

/** Returns the kernels that may be pruned: all but that of the last layer, which is small, and every label hangs on it. */
export function prunable(model: LayersModel): Weight[] {
  return weightsOf(model)
    .filter(({ kernel }) => kernel)
    .slice(0, -1)
}

/** Returns the name of the layer that a weight belongs to. */
export function layerOf({ name }: Pick<Weight, 'name'>): string {
  return name.slice(0, name.lastIndexOf('/'))
}
