import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs'
import type { Dataset } from '../ecg/datasets/dataset.ts'
import type { Recipe } from '../networks/network.ts'
import type { Tf } from './tf.ts'

/** One training batch as the loss sees it. */
export interface LossInputs {
  /** Standardized: [batch, samples, leads], then [batch, features] where the task has them. */
  readonly inputs: readonly Tensor[]
  /** The same as signals, where the inputs are drawings of them. */
  readonly signals?: readonly Tensor[]
  /** [batch, labels]. */
  readonly logits: Tensor2D
  /** 0 … 1, [batch, labels]. */
  readonly targets: Tensor2D
  /** The same two for the auxiliary labels, where the run has a head for them. */
  readonly auxiliary?: { readonly logits: Tensor2D; readonly targets: Tensor2D }
  /** Logits of the layers that terms name, [batch, labels] each. */
  readonly layers?: ReadonlyMap<string, Tensor2D>
}

/** One term of the loss. The labels are one; a teacher on the same augmented batch is another. */
export interface LossTerm {
  readonly name: string
  readonly weight: number
  /** The layer whose logits it is about; default the model's last one. */
  readonly layer?: string
  value(tf: Tf, batch: LossInputs): Scalar
}

/**
 * Binary cross-entropy of independent labels, mean over records and labels: what the labels ask.
 * Taken on logits as max(z, 0) − z·y + log(1 + e^−|z|), which no logit overflows; the model must not end in a sigmoid.
 */
export const binaryCrossEntropy: LossTerm = {
  name: 'binary-cross-entropy',
  weight: 1,
  value: (tf, { logits, targets }) => tf.losses.sigmoidCrossEntropy(targets, logits) as Scalar,
}

/**
 * Returns the cross-entropy of labels that exclude each other, mean over records, on logits: log Σ e^z − z_label.
 * Each label counts with the weight of its class, in mixed records by its share; weights have a mean of 1 over classes, and the mean is over
 * the batch's weights.
 */
export function crossEntropy(classWeights: readonly number[]): LossTerm {
  return {
    name: `cross-entropy ${classWeights.map(weight => weight.toFixed(4)).join(' ')}`,
    weight: 1,
    value(tf, { logits, targets }) {
      const weighted = targets.mul(tf.tensor1d([...classWeights]))
      const losses = tf.neg(tf.logSoftmax(logits).mul(weighted).sum(1))
      return losses.sum().div(weighted.sum(1).sum()) as Scalar
    },
  }
}

/** Returns the term of the labels for a data set and recipe. */
export function labelLoss(dataset: Dataset, { classBalance = 0 }: Pick<Recipe, 'classBalance'>): LossTerm {
  if (dataset.kind === 'multi-label') return binaryCrossEntropy
  const width = dataset.labels.length
  const counts = dataset.labels.map((_, j) => {
    let count = 0
    for (let i = j; i < dataset.targets.length; i += width) count += dataset.targets[i]
    return count
  })
  // A class without records is never looked up; its weight must only be a number.
  const raw = counts.map(count => (Math.max(count, 1) / dataset.length) ** -classBalance)
  const mean = raw.reduce((a, b) => a + b, 0) / width
  return crossEntropy(raw.map(weight => weight / mean))
}

/** Returns the weighted sum of the terms. */
export function totalLoss(tf: Tf, terms: readonly LossTerm[], batch: LossInputs): Scalar {
  const seenBy = ({ layer }: LossTerm) => (layer ? { ...batch, logits: batch.layers!.get(layer)! } : batch)
  return tf.addN(terms.map(term => tf.mul(term.value(tf, seenBy(term)), term.weight))) as Scalar
}
