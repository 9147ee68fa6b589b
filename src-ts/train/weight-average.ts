import type { LayersModel } from '@tensorflow/tfjs-layers'
import { assign, readWeights, type Values, valuesOf, weightsOf, writeWeights } from './model-weights.ts'
import type { Tf } from './tf.ts'

/** A running mean of all weights of a model, the moving statistics of batch norm included. */
export interface WeightAverage {
  /** Moves the mean towards the weights; called after each training step. */
  update(): void
  /** Returns what `work` returns while the model holds the mean; the weights come back afterwards. */
  shown<T>(work: () => T): T
  values(): Values
  /** Goes on from the mean after `steps` steps. */
  restore(values: Values, steps: number): void
  dispose(): void
}

/**
 * Returns the exponential moving average of a model's weights (Polyak and Juditsky, 1992; with this decay: Tan and Le, 2019).
 * The decay of step n is min(`decay`, (1 + n) / (10 + n)), as TensorFlow's ExponentialMovingAverage warms up: the random start is soon forgotten.
 * Batch norm's moving statistics are averaged too: those of the last step belong to other kernels.
 */
export function weightAverage(tf: Tf, model: LayersModel, decay: number): WeightAverage {
  const weights = weightsOf(model)
  const means = weights.map(({ variable }) => tf.tidy(() => tf.variable(tf.add(variable, 0), false)))
  let steps = 0
  const values = () => new Map(weights.map(({ name }, i) => [name, valuesOf(means[i])]))
  return {
    update() {
      steps++
      const share = 1 - Math.min(decay, (1 + steps) / (10 + steps))
      for (const [i, { variable }] of weights.entries()) {
        tf.tidy(() => means[i].assign(means[i].add(variable.sub(means[i]).mul(share))))
      }
    },
    shown(work) {
      const own = readWeights(model)
      writeWeights(tf, model, values())
      try {
        return work()
      } finally {
        writeWeights(tf, model, own)
      }
    },
    values,
    restore(saved, stepsDone) {
      steps = stepsDone
      for (const [i, { name }] of weights.entries()) assign(tf, means[i], saved.get(name)!)
    },
    dispose: () => tf.dispose(means),
  }
}
