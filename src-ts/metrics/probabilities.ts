import type { Predictions, Scores } from './predictions.ts'

/** Returns 1 / (1 + e^−logit), in [0, 1]; exact in both tails, no overflow. */
export function sigmoid(logit: number): number {
  if (logit >= 0) return 1 / (1 + Math.exp(-logit))
  const e = Math.exp(logit)
  return e / (1 + e)
}

/** Returns e^logit over their sum, which is 1; no overflow. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  let largest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i])
  const powers = Float64Array.from(logits, logit => Math.exp(logit - largest))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map(power => power / sum)
}

/**
 * Returns the probability of each label, row-major [records, labels]: sigmoids of multi-label logits, the softmax of a record's
 * single-label ones. The one place where they meet predictions.
 */
export function probabilities({ kind, labels, logits }: Scores): Float64Array {
  if (kind !== 'single-label') return Float64Array.from(logits, sigmoid)
  const all = new Float64Array(logits.length)
  for (let row = 0; row < logits.length; row += labels.length)
    all.set(softmax(logits.subarray(row, row + labels.length)), row)
  return all
}

/**
 * Returns the inverse of `probabilities`: logits that give a network's own probabilities back (the softmax scales them to a sum of 1).
 * 0 and 1 have no finite logit and are taken half a `step` inside, where a step is the smallest difference of two of them:
 * equal probabilities stay equal, and higher ones higher.
 */
export function logitsOf(probabilities: ArrayLike<number>, kind: Predictions['kind'], step: number): Float64Array {
  const inside = (p: number) => Math.min(1 - step / 2, Math.max(step / 2, p))
  return Float64Array.from(probabilities, p =>
    kind === 'single-label' ? Math.log(inside(p)) : Math.log(inside(p) / (1 - inside(p))),
  )
}

/**
 * Returns the log-odds of each label, row-major [records, labels]: what ranks records, in the order of their probabilities.
 * Multi-label logits are that already. Single-label logits are not, since those of other records compare only after the softmax:
 * theirs are z − log Σ e^(the others' z), which still tells records apart whose probabilities round to 1.
 */
export function logOdds({ kind, labels, logits }: Scores): ArrayLike<number> {
  if (kind !== 'single-label') return logits
  const all = new Float64Array(logits.length)
  const width = labels.length
  for (let row = 0; row < logits.length; row += width)
    for (let j = 0; j < width; j++) {
      // Sorted, so that the same others in another order give the same sum: ties stay ties.
      const others = Float64Array.from(logits.subarray(row, row + width))
        .filter((_, k) => k !== j)
        .sort()
      const largest = others[width - 2]
      all[row + j] = logits[row + j] - largest - Math.log(others.reduce((sum, z) => sum + Math.exp(z - largest), 0))
    }
  return all
}
