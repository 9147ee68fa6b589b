import type { Scalar, Tensor2D, Tensor3D } from '@tensorflow/tfjs'
import type { Tf } from './backend.ts'

/** One training batch as the loss sees it. */
export interface LossInputs {
  /** Standardized, [batch, samples, leads]. */
  readonly inputs: Tensor3D
  /** [batch, labels]. */
  readonly logits: Tensor2D
  /** 0 … 1, [batch, labels]. */
  readonly targets: Tensor2D
}

/** One term of the loss. The labels are one; a teacher on the same augmented batch is another. */
export interface LossTerm {
  readonly name: string
  readonly weight: number
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

/** Returns the weighted sum of the terms. */
export function totalLoss(tf: Tf, terms: readonly LossTerm[], batch: LossInputs): Scalar {
  return tf.addN(terms.map(term => tf.mul(term.value(tf, batch), term.weight))) as Scalar
}
