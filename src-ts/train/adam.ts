import type { NamedTensorMap, Variable } from '@tensorflow/tfjs'
import type { Tf } from './backend.ts'
import { assign, type Values, valuesOf, type Weight } from './model-weights.ts'

const BETA1 = 0.9
const BETA2 = 0.999
/** Keras' value. */
const EPSILON = 1e-7

/** Everything that Adam remembers: running means of gradients and of their squares by weight name, and the steps taken. */
export interface AdamState {
  readonly steps: number
  readonly first: Values
  readonly second: Values
}

/** The optimizer of a set of weights. */
export interface Adam {
  /** Moves the weights by one step; gradients are named by the variables' names. */
  step(gradients: NamedTensorMap, learningRate: number): void
  state(): AdamState
  restore(state: AdamState): void
  dispose(): void
}

/**
 * Returns Adam (Kingma and Ba, 2015) over trainable weights.
 * Not tf.train.adam: that one restores its bias correction by a power instead of the running product, so a resumed run would
 * differ in the last bits, and it fixes the learning rate when it is made.
 */
export function adam(tf: Tf, weights: readonly Weight[]): Adam {
  const zeros = () => weights.map(({ variable }) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false)))
  const first = zeros()
  const second = zeros()
  let steps = 0
  return {
    step(gradients, learningRate) {
      steps++
      // Both bias corrections in two numbers: the moments themselves stay uncorrected.
      const correction = Math.sqrt(1 - BETA2 ** steps)
      const rate = (learningRate * correction) / (1 - BETA1 ** steps)
      const epsilon = EPSILON * correction
      for (const [i, { variable }] of weights.entries()) {
        tf.tidy(() => {
          const gradient = gradients[variable.name]
          first[i].assign(tf.add(first[i].mul(BETA1), gradient.mul(1 - BETA1)))
          second[i].assign(tf.add(second[i].mul(BETA2), gradient.square().mul(1 - BETA2)))
          variable.assign(variable.sub(first[i].mul(rate).div(second[i].sqrt().add(epsilon))))
        })
      }
    },
    state: () => ({ steps, first: named(weights, first), second: named(weights, second) }),
    restore(state) {
      steps = state.steps
      for (const [i, { name }] of weights.entries()) {
        assign(tf, first[i], state.first.get(name)!)
        assign(tf, second[i], state.second.get(name)!)
      }
    },
    dispose: () => tf.dispose([...first, ...second]),
  }
}

function named(weights: readonly Weight[], variables: readonly Variable[]): Values {
  return new Map(weights.map(({ name }, i) => [name, valuesOf(variables[i])]))
}
