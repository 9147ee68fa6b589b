import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Dataset, Standardization } from '../ecg/datasets/dataset.ts'
import { byName, HolterError } from '../errors.ts'
import type { Recipe } from '../networks/network.ts'
import { fineTuning } from '../train/fine-tuning.ts'
import type { LossTerm } from '../train/loss.ts'
import { channelScores, type ScoreName } from '../train/prune/channel-scores.ts'
import { gradualMasks } from '../train/prune/gradual.ts'
import { checkAmount, type Pruned, pruneMethods, pruneModel } from '../train/prune/index.ts'
import type { Amount, Pattern, PruneMethod, Scope } from '../train/prune/method.ts'
import type { Tf } from '../train/tf.ts'
import type { Trained } from '../train/train.ts'
import type { Context } from '../watch.ts'
import { fit } from './fit.ts'

/** What is cut out of a model, and how long it is trained afterwards. */
export interface CutInput {
  /** Name of a method: l1 (default), nm, block, channels. */
  readonly method?: string
  /** Share to cut. Default .3; nm goes by its pattern. */
  readonly sparsity?: number
  /** Other shares, by the names of layers. */
  readonly layers?: Readonly<Record<string, number>>
  /** Whether the share holds in each layer (default) or over all layers together. */
  readonly scope?: Scope
  /** For nm. Default 2:4. */
  readonly pattern?: Pattern
  /** For channels: what says which are worth least. Default l1. */
  readonly score?: ScoreName
  /** Cuts a little more before each epoch of the first half, and not all at once. */
  readonly gradual?: boolean
  /** Epochs of training after the cut. Default 2. */
  readonly epochs?: number
  /** Peak learning rate of that training. Default a tenth of the recipe's. */
  readonly learningRate?: number
  /** Of order and augmentation. Default 1. */
  readonly seed?: number
}

/** A trained model and what it is trained on further. */
export interface Trainable {
  readonly tf: Tf
  readonly model: LayersModel
  /** By which the model was trained. */
  readonly trainedBy: Recipe
  readonly train: Dataset
  /** Chooses the epoch; without it the last one is kept. */
  readonly validation?: Dataset
  readonly standardization: Standardization
  readonly dataHash: string
  /** Of the loss, default that of the labels alone. */
  readonly terms?: readonly LossTerm[]
  readonly checkpointDir?: string
  readonly resume?: boolean
}

/** Cuts a model and trains on what is left; a method that takes channels out leaves the given model as it is. */
export async function cutAndTune(
  { model: whole, trainedBy, ...parts }: Trainable,
  input: CutInput,
  context: Context,
): Promise<Pruned & { readonly recipe: Recipe; readonly ended: Trained['ended'] }> {
  const { tf, validation } = parts
  const { epochs = 2, learningRate, seed = 1 } = input
  const method = methodOf(input)
  const amount = amountOf(input)
  const tuning = fineTuning(trainedBy, epochs, learningRate)
  const recipe = { ...tuning, includeValidation: !validation }
  if (method.kind === 'masks' && input.gradual) {
    checkAmount(whole, amount)
    const gradual = gradualMasks(whole, method, amount, epochs)
    // A running mean would remember what was cut on the way.
    const plain = { ...recipe, averageDecay: 0 }
    const { ended } = await fit({ ...parts, model: whole, recipe: plain, seed, gradual }, 'prune', context)
    return { model: whole, masks: gradual.at(epochs), recipe: plain, ended }
  }
  const scores = input.score && channelScores[input.score]({ ...parts, model: whole, recipe: trainedBy, seed })
  const pruned = await pruneModel(tf, whole, { ...amount, ...(scores && { scores }) }, method)
  const { ended } = await fit({ ...parts, ...pruned, recipe, seed }, 'prune', context)
  return { ...pruned, recipe, ended }
}

/** Returns the method that is asked for. Throws HolterError when it does not go with the other options. */
export function methodOf({ method = 'l1', gradual, pattern, score, scope, layers }: CutInput): PruneMethod {
  const found = byName('method', method, pruneMethods)
  if (gradual && !['l1', 'block'].includes(method))
    refuse('--gradual', 'only a share of zeros can grow', method, 'l1 or block')
  if (pattern && method !== 'nm') refuse('--pattern', 'only the method nm has one', method, 'nm')
  if (score && method !== 'channels') refuse('--score', 'only channels are scored', method, 'channels')
  if ((scope || layers) && method === 'nm')
    refuse(scope ? '--scope' : '--layer', 'N of every M are the same share everywhere', method, 'l1, block or channels')
  return found
}

function refuse(where: string, problem: string, got: string, expected: string): never {
  throw new HolterError({ stage: 'usage', where, problem, got, expected: `--method ${expected}` })
}

/** Returns how much is cut. */
export function amountOf({ sparsity = 0.3, layers, scope, pattern }: CutInput): Amount {
  return {
    sparsity,
    ...(layers && { layers }),
    ...(scope && { scope }),
    ...(pattern && { pattern }),
  }
}

/** Returns the flags that repeat a cut. */
export function cutFlags(input: CutInput): string {
  const {
    method = 'l1',
    sparsity = 0.3,
    layers = {},
    scope,
    pattern,
    score,
    gradual,
    epochs = 2,
    learningRate,
    seed = 1,
  } = input
  const flags = [
    ...(method === 'l1' ? [] : [`--method ${method}`]),
    method === 'nm' ? `--pattern ${pattern?.keep ?? 2}:${pattern?.of ?? 4}` : `--sparsity ${sparsity}`,
    ...Object.entries(layers).map(([name, share]) => `--layer ${name}=${share}`),
    ...(scope ? [`--scope ${scope}`] : []),
    ...(score ? [`--score ${score}`] : []),
    ...(gradual ? ['--gradual'] : []),
    `--epochs ${epochs}`,
    ...(learningRate === undefined ? [] : [`--learning-rate ${learningRate}`]),
    `--seed ${seed}`,
  ]
  return flags.join(' ')
}
