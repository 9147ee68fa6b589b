import type { NamedTensorMap, Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs'
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { HolterError } from '../errors.ts'
import type { Recipe } from '../networks/network.ts'
import type { Random } from '../random.ts'
import { type Adam, adam } from './adam.ts'
import type { Batch } from './batch.ts'
import { inputTensors } from './batches.ts'
import { type LossTerm, totalLoss } from './loss.ts'
import { type Weight, weightsOf } from './model-weights.ts'
import { fuseBatchNorm } from './native-gradients.ts'
import type { GradualMasks } from './prune/gradual.ts'
import type { Masks } from './prune/masks.ts'
import { shortenGradients } from './short-gradients.ts'
import type { Tf } from './tf.ts'
import { type WeightAverage, weightAverage } from './weight-average.ts'

/** What may join the loop beside the labels. */
export interface Hooks {
  /** Terms of the loss, default that of the labels alone (labelLoss). A teacher adds one and lowers the weight of the labels. */
  readonly terms?: readonly LossTerm[]
  /** 1 where a weight lives, 0 where it stays zero, by weight name. */
  readonly masks?: Masks
  /** Masks that grow, in place of fixed ones: only epochs after the last cut can be kept. */
  readonly gradual?: GradualMasks
}

/** One model on its way: what a training step needs, and what it moves. */
export interface Stepper {
  readonly adam: Adam
  /** Running mean of the weights, where the recipe asks for one. */
  readonly average?: WeightAverage
  /** Learns from one batch and returns its loss without weight decay. `stream` draws the dropout of this batch. */
  step(batch: Batch, learningRate: number, stream: Random): number
  /** Replaces the masks; they act at once. */
  mask(masks: Masks): void
  dispose(): void
}

/** Returns the training step of a model under a recipe. Masks act at once, and after every step. */
export function stepper(
  tf: Tf,
  model: LayersModel,
  recipe: Recipe,
  hooks: Hooks & Required<Pick<Hooks, 'terms'>>,
): Stepper {
  const weights = weightsOf(model).filter(weight => weight.trainable)
  const variables = weights.map(weight => weight.variable)
  let masked = maskedVariables(tf, weights, hooks.masks)
  const optimizer = adam(tf, weights)
  const applyMasks = () => {
    for (const { variable, mask } of masked) tf.tidy(() => variable.assign(variable.mul(mask)))
  }
  // tfjs gives a dropout layer one fixed seed, which would drop the same units in every batch.
  const dropouts = model.layers.filter(layer => 'seed' in layer) as unknown as { seed: number }[]
  const seeds = dropouts.map(layer => layer.seed)
  const { terms } = hooks
  const named = [...new Set(terms.flatMap(({ layer }) => layer ?? []))]
  const forward = passOf(tf, model, named)
  const undo = [fuseBatchNorm(tf, model), shortenGradients(tf, model)]
  applyMasks()
  const average = recipe.averageDecay ? weightAverage(tf, model, recipe.averageDecay) : undefined
  return {
    adam: optimizer,
    average,
    step(batch, learningRate, stream) {
      for (const layer of dropouts) layer.seed = stream.integer(2 ** 31 - 1)
      return tf.tidy(() => {
        const inputs = inputTensors(tf, batch)
        const signals = batch.signals && inputTensors(tf, { ...batch, ...batch.signals, width: undefined })
        const rows = (values: Float32Array) => tf.tensor2d(values, [batch.size, values.length / batch.size])
        const targets = rows(batch.targets)
        const more = batch.auxiliary && rows(batch.auxiliary)
        const lossOf = () => {
          const { outputs, layers } = forward(inputs)
          const [logits, auxiliary] = outputs
          const both = more && auxiliary && { logits: auxiliary, targets: more }
          return totalLoss(tf, terms, { inputs, signals, targets, logits, layers, ...(both && { auxiliary: both }) })
        }
        const { value, grads } = tf.variableGrads(lossOf as () => Scalar, variables)
        decay(tf, grads, weights, recipe.weightDecay)
        optimizer.step(recipe.clipNorm ? clipped(tf, grads, recipe.clipNorm) : grads, learningRate)
        applyMasks()
        average?.update()
        return value.dataSync()[0]
      })
    },
    mask(masks) {
      for (const { mask } of masked) mask.dispose()
      masked = maskedVariables(tf, weights, masks)
      applyMasks()
    },
    dispose() {
      for (const each of undo) each()
      optimizer.dispose()
      average?.dispose()
      for (const { mask } of masked) mask.dispose()
      for (const [i, layer] of dropouts.entries()) layer.seed = seeds[i]
    },
  }
}

/** Returns the training pass of a model: its outputs, and those of the layers named. */
function passOf(tf: Tf, model: LayersModel, names: readonly string[]) {
  const outputs = [...model.outputs, ...names.map(name => model.getLayer(name).output as SymbolicTensor)]
  const more = names.length ? tf.model({ inputs: model.inputs, outputs, name: model.name }) : model
  return (inputs: Tensor[]) => {
    const all = [more.apply(inputs, { training: true })].flat() as unknown as Tensor2D[]
    const own = model.outputs.length
    return { outputs: all.slice(0, own), layers: new Map(names.map((name, i) => [name, all[own + i]])) }
  }
}

/** Adds the gradient of `factor` · w², summed over all kernels: what Keras' L2 regularizer adds, without its forward pass. */
function decay(tf: Tf, gradients: NamedTensorMap, weights: readonly Weight[], factor: number): void {
  if (factor === 0) return
  for (const { kernel, variable } of weights) {
    if (kernel) gradients[variable.name] = tf.add(gradients[variable.name], variable.mul(2 * factor))
  }
}

/** Returns all gradients scaled down together, if needed, to a Euclidean norm of at most `limit`. */
function clipped(tf: Tf, gradients: NamedTensorMap, limit: number): NamedTensorMap {
  const squares = Object.values(gradients).map(gradient => gradient.square().sum())
  const norm = tf.addN(squares).sqrt()
  const factor = tf.div(limit, tf.maximum(norm, limit))
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, gradient.mul(factor) as Tensor]))
}

/** Returns each masked variable with its mask as a tensor; a mask that fits no weight is a mistake of the caller. */
function maskedVariables(
  tf: Tf,
  weights: readonly Weight[],
  masks: Masks = new Map(),
): { variable: Variable; mask: Tensor }[] {
  return [...masks].map(([name, mask]) => {
    const weight = weights.find(candidate => candidate.name === name)
    if (!weight || weight.variable.size !== mask.length) {
      throw new HolterError({
        stage: 'train',
        where: name,
        problem: weight
          ? 'the mask has another size than the weight'
          : 'a mask for a weight that the model does not train',
        got: mask.length,
        expected: weight?.variable.size,
      })
    }
    return { variable: weight.variable, mask: tf.tensor(Float32Array.from(mask), weight.variable.shape) }
  })
}
