import type { NamedTensorMap, Tensor2D } from '@tensorflow/tfjs'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Dataset, Standardization } from '../../ecg/datasets/dataset.ts'
import type { Recipe } from '../../networks/network.ts'
import type { Batch } from '../batch.ts'
import { inputTensors, trainingBatches } from '../batches.ts'
import { labelLoss, totalLoss } from '../loss.ts'
import { valuesOf, type Weight, weightsOf } from '../model-weights.ts'
import type { Tf } from '../tf.ts'
import { perChannel } from './channel-sums.ts'
import type { ChannelScores } from './method.ts'

/** Batches on which the gradient is taken. */
const BATCHES = 16

/** A model and training records. */
export interface Examined {
  readonly tf: Tf
  readonly model: LayersModel
  readonly train: Dataset
  readonly standardization: Standardization
  readonly recipe: Recipe
  /** Draws the records. */
  readonly seed: number
}

/**
 * Returns what the loss would change by without a channel, to first order, squared (Molchanov et al., CVPR 2019): (γ · ∂γ + β · ∂β)² of a
 * batch norm, (Σ w · ∂w + b · ∂b)² of a filter, summed over batches of training records as they are.
 */
export function saliency(examined: Examined): ChannelScores {
  const { model, train, standardization, recipe, seed } = examined
  const weights = weightsOf(model).filter(({ trainable }) => trainable)
  const scores = new Map<string, Float64Array>()
  let batches = 0
  for (const batch of trainingBatches(train, standardization, { ...recipe, augment: false, mixup: 0 }, seed, 0)) {
    if (batches++ === BATCHES) break
    for (const [layer, change] of perChannel(weights, changesOf(examined, weights, batch))) {
      const before = scores.get(layer)
      scores.set(
        layer,
        change.map((c, i) => (before?.[i] ?? 0) + c * c),
      )
    }
  }
  return scores
}

/** Each weight times its gradient on a batch, moving statistics of batch norm held fixed. */
function changesOf({ tf, model, train, recipe }: Examined, weights: readonly Weight[], batch: Batch): Float32Array[] {
  let changes: Float32Array[] = []
  tf.tidy(() => {
    const inputs = inputTensors(tf, batch)
    const targets = tf.tensor2d(batch.targets, [batch.size, train.labels.length])
    const loss = () => {
      const logits = model.apply(inputs, { training: false }) as Tensor2D
      return totalLoss(tf, [labelLoss(train, recipe)], { inputs, targets, logits })
    }
    const variables = weights.map(({ variable }) => variable)
    const { grads }: { grads: NamedTensorMap } = tf.variableGrads(loss, variables)
    changes = variables.map(variable => valuesOf(tf.mul(variable, grads[variable.name])))
  })
  return changes
}
