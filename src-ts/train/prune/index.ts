import type { LayersModel } from '@tensorflow/tfjs-layers'
import { byName, HolterError } from '../../errors.ts'
import type { Tf } from '../tf.ts'
import { block } from './block.ts'
import { channels } from './channels.ts'
import { l1 } from './l1.ts'
import { applyMasks, layerOf, type Masks, prunable } from './masks.ts'
import type { Amount, PruneMethod } from './method.ts'
import { nm } from './nm.ts'

/** Every way of cutting: one file, one line. */
export const pruneMethods: readonly PruneMethod[] = [l1, nm, block, channels]

/** What is left of a model. */
export interface Pruned {
  /** The model itself, or a smaller one where the method takes channels out; then the caller disposes of both. */
  readonly model: LayersModel
  /** What must stay zero while it is trained on; empty where nothing was only zeroed. */
  readonly masks: Masks
}

/**
 * Cuts a model by a method, default l1, at once. Train on with the masks to win back what was lost.
 * Throws HolterError when the share is none or a layer is not there.
 */
export async function pruneModel(
  tf: Tf,
  model: LayersModel,
  amount: Amount,
  method: PruneMethod = l1,
): Promise<Pruned> {
  checkAmount(model, amount)
  if (method.kind === 'shrink') return { model: await method.shrink(tf, model, amount), masks: new Map() }
  const masks = method.masks(prunable(model), amount)
  applyMasks(tf, model, masks)
  return { model, masks }
}

/** Throws HolterError when a share of an amount is none, or names a layer that the model does not prune. */
export function checkAmount(model: LayersModel, { sparsity, layers = {} }: Amount): void {
  const known = prunable(model).map(weight => ({ name: layerOf(weight) }))
  for (const name of Object.keys(layers)) byName('layer to prune', name, known)
  for (const [name, share] of Object.entries({ sparsity, ...layers })) {
    if (share >= 0 && share < 1) continue
    throw new HolterError({
      stage: 'usage',
      where: name,
      problem: 'not a share of the weights',
      got: share,
      expected: '0 … below 1',
    })
  }
}
