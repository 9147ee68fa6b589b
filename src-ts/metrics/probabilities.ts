import type { Predictions } from './predictions.ts'

/** Returns 1 / (1 + e^−logit), in [0, 1]; exact in both tails, no overflow. */
export function sigmoid(logit: number): number {
  if (logit >= 0) return 1 / (1 + Math.exp(-logit))
  const e = Math.exp(logit)
  return e / (1 + e)
}

/** Returns the probability of each label, row-major [records, labels]. The one place where a sigmoid meets predictions. */
export function probabilities({ logits }: Pick<Predictions, 'logits'>): Float64Array {
  return Float64Array.from(logits, sigmoid)
}
