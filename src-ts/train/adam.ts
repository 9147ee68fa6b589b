import type { NamedTensorMap, Tensor, Tensor1D, Variable } from '@tensorflow/tfjs'
import { assign, type Values, valuesOf, type Weight } from './model-weights.ts'
import type { Tf } from './tf.ts'

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
 * Weights of fewer values than this are moved together: a step of a small network is mostly the cost of calling operations, and
 * Adam calls a dozen per tensor. Larger ones would only be copied to and fro.
 */
const SMALL = 65_536

/** Weights that are moved by the same operations: their moments lie one after another in one tensor each. */
interface Group {
  readonly weights: readonly Weight[]
  readonly first: Variable
  readonly second: Variable
}

/**
 * Returns Adam (Kingma and Ba, 2015) over trainable weights.
 * Not tf.train.adam: that one restores its bias correction by a power instead of the running product, so a resumed run would
 * differ in the last bits, and it fixes the learning rate when it is made.
 */
export function adam(tf: Tf, weights: readonly Weight[]): Adam {
  const groups = groupsOf(weights).map((own): Group => {
    const zeros = () => tf.tidy(() => tf.variable(tf.zeros([sizeOf(own)]), false))
    return { weights: own, first: zeros(), second: zeros() }
  })
  let steps = 0
  return {
    step(gradients, learningRate) {
      steps++
      // Both bias corrections in two numbers: the moments themselves stay uncorrected.
      const correction = Math.sqrt(1 - BETA2 ** steps)
      const rate = (learningRate * correction) / (1 - BETA1 ** steps)
      const epsilon = EPSILON * correction
      for (const { weights: own, first, second } of groups) {
        tf.tidy(() => {
          const gradient = flat(
            tf,
            own.map(({ variable }) => gradients[variable.name]),
          )
          first.assign(tf.add(first.mul(BETA1), gradient.mul(1 - BETA1)))
          second.assign(tf.add(second.mul(BETA2), gradient.square().mul(1 - BETA2)))
          const change = first.mul(rate).div(second.sqrt().add(epsilon))
          for (const [i, part] of apart(tf, change, own).entries()) {
            const { variable } = own[i]
            variable.assign(variable.sub(part))
          }
        })
      }
    },
    state: () => ({
      steps,
      first: named(weights, groups, ({ first }) => first),
      second: named(weights, groups, ({ second }) => second),
    }),
    restore(state) {
      steps = state.steps
      for (const { weights: own, first, second } of groups) {
        assign(tf, first, joined(own, state.first))
        assign(tf, second, joined(own, state.second))
      }
    },
    dispose: () => tf.dispose(groups.flatMap(({ first, second }) => [first, second])),
  }
}

function groupsOf(weights: readonly Weight[]): Weight[][] {
  const small = weights.filter(({ variable }) => variable.size < SMALL)
  const large = weights.filter(({ variable }) => variable.size >= SMALL)
  return [...(small.length ? [small] : []), ...large.map(weight => [weight])]
}

function sizeOf(weights: readonly Weight[]): number {
  return weights.reduce((sum, { variable }) => sum + variable.size, 0)
}

/** Tensors as one of rank 1. */
function flat(tf: Tf, tensors: readonly Tensor[]): Tensor {
  const parts = tensors.map(tensor => (tensor.rank === 1 ? (tensor as Tensor1D) : tensor.flatten()))
  return parts.length === 1 ? parts[0] : tf.concat(parts)
}

/** A tensor of rank 1 as parts of the shapes of the weights. */
function apart(tf: Tf, tensor: Tensor, weights: readonly Weight[]): Tensor[] {
  const sizes = weights.map(({ variable }) => variable.size)
  const parts = weights.length === 1 ? [tensor] : tf.split(tensor, sizes)
  return parts.map((part, i) => (weights[i].variable.rank === 1 ? part : part.reshape(weights[i].variable.shape)))
}

function joined(weights: readonly Weight[], values: Values): Float32Array {
  const all = new Float32Array(sizeOf(weights))
  let at = 0
  for (const { name, variable } of weights) {
    all.set(values.get(name)!, at)
    at += variable.size
  }
  return all
}

/** Values by weight name, in the order of the weights. */
function named(weights: readonly Weight[], groups: readonly Group[], of: (group: Group) => Variable): Values {
  const values = new Map<string, Float32Array>()
  for (const group of groups) {
    const all = valuesOf(of(group))
    let at = 0
    for (const { name, variable } of group.weights) {
      values.set(name, all.slice(at, at + variable.size))
      at += variable.size
    }
  }
  return new Map(weights.map(({ name }) => [name, values.get(name)!]))
}
