import { countRecords, type Predictions } from './predictions.ts'
import { probabilities } from './probabilities.ts'

/** No temperature lies outside: where labels are parted without an error the likelihood has no best one. */
const COLDEST = 1 / 20
const HOTTEST = 20
/** Halvings of that range: to eleven digits. */
const STEPS = 40

/**
 * Returns the temperature T at which the probabilities of logits / T make the labels most likely (Guo et al., On Calibration of Modern
 * Neural Networks, 2017), in [1/20, 20]: above 1 the network is too sure of itself. It changes no ranking and no decision.
 * To be fitted on the validation fold only. Throws HolterError when the predictions do not fit together.
 */
export function fitTemperature(predictions: Predictions): number {
  countRecords(predictions)
  let [low, high] = [Math.log(COLDEST), Math.log(HOTTEST)]
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2
    if (slope(predictions, Math.exp(middle)) > 0) high = middle
    else low = middle
  }
  return Math.exp((low + high) / 2)
}

/**
 * Rises through 0 at the best temperature: minus the derivative by 1/T of the log loss, Σ z · (p − y) over records and labels, which
 * is convex in 1/T for sigmoids and softmax alike.
 */
function slope(predictions: Predictions, temperature: number): number {
  const { logits, targets } = predictions
  const all = probabilities({ ...predictions, logits: Float64Array.from(logits, z => z / temperature) })
  return all.reduce((sum, probability, i) => sum - logits[i] * (probability - targets[i]), 0)
}
