import { countRecords, type Predictions } from './predictions.ts'

/**
 * Returns the loss of each record in nats: multi-label, the binary cross-entropy, mean over the labels; single-label, minus the
 * logarithm of its label's probability. Taken on logits divided by `temperature`; no logit overflows it.
 */
export function recordLosses(predictions: Predictions, temperature = 1): Float64Array {
  const records = countRecords(predictions)
  const { kind, labels, logits, targets } = predictions
  const width = labels.length
  return Float64Array.from({ length: records }, (_, record) => {
    const own = Float64Array.from(logits.subarray(record * width, (record + 1) * width), z => z / temperature)
    const truth = targets.subarray(record * width, (record + 1) * width)
    if (kind === 'single-label') return logSumOfPowers(own) - own[truth.indexOf(1)]
    return (
      own.reduce((sum, z, j) => sum + Math.max(z, 0) - z * truth[j] + Math.log1p(Math.exp(-Math.abs(z))), 0) / width
    )
  })
}

/** log Σ e^z. */
function logSumOfPowers(logits: Float64Array): number {
  const largest = Math.max(...logits)
  return largest + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - largest), 0))
}
