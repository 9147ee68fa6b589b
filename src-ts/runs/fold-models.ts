import { join } from 'node:path'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import * as v from 'valibot'
import type { Dataset, Standardization } from '../ecg/datasets/dataset.ts'
import { seenBy } from '../ecg/datasets/drawn.ts'
import { byName, HolterError } from '../errors.ts'
import { sha256 } from '../files.ts'
import { networks } from '../networks/index.ts'
import { type Network, networkShape, type Recipe } from '../networks/network.ts'
import type { Task } from '../tasks/task.ts'
import { threadsInUse } from '../train/backend.ts'
import { takesWindows } from '../train/check-run.ts'
import { distillation } from '../train/distill.ts'
import { type LossTerm, labelLoss } from '../train/loss.ts'
import type { Tf } from '../train/tf.ts'
import type { Trained } from '../train/train.ts'
import type { Context } from '../watch.ts'
import { fit } from './fit.ts'
import { numberOption, optionsOf, parseLine, wholeOption } from './steps/line.ts'
import { recipeOf } from './training-input.ts'

/** The training side of a fold, and where its trained networks are kept. */
export interface FoldSide extends Context {
  readonly tf: Tf
  readonly task: Task
  readonly train: Dataset
  readonly standardization: Standardization
  /** Names the records and the fold. */
  readonly dataHash: string
  /** Folder of trained networks, one folder each, named by all that they depend on. */
  readonly store: string
}

/** A network, how it is trained, and by which seed. */
export interface Training {
  readonly network: Network
  readonly recipe: Recipe
  readonly seed: number
  /** The loss, where it is more than that of the labels. */
  readonly terms?: readonly LossTerm[]
}

/** A network that learned from the training side of a fold, last epoch. */
export interface FoldModel {
  readonly model: LayersModel
  readonly trained: Trained
  /** Names its training: the same key, the same weights. */
  readonly key: string
}

/**
 * Trains a network from its first weights on, or takes it from the store where it was trained before; without `resume` it is trained anew.
 * Undefined when the signal came first.
 */
export async function trainFoldModel(
  { network, recipe, seed, terms }: Training,
  { tf, task, train, standardization, dataHash, store, ...context }: FoldSide,
  resume: boolean,
): Promise<FoldModel | undefined> {
  const loss = terms?.map(({ name, weight }) => `${weight} ${name}`)
  const identity = { network: network.name, recipe, seed, dataHash, loss, threads: threadsInUse() }
  const key = `${network.name}-${sha256(JSON.stringify(identity)).slice(0, 16)}`
  const model = network.build(tf, networkShape(task, network), seed)
  const seen = seenBy(network, standardization)
  const parts = { tf, model, train, standardization: seen, recipe, seed, dataHash, terms }
  const trained = await fit({ ...parts, checkpointDir: join(store, key), resume }, 'train', context)
  return trained.ended === 'interrupted' ? undefined : { model, trained, key }
}

/** What a teacher's line may say beside the network's name; the rest is the network's own recipe. */
const teacherOptions = v.object({
  seed: v.optional(wholeOption(0, 2 ** 32 - 1), '1'),
  epochs: v.optional(wholeOption(1, 100_000)),
  cropSamples: v.optional(wholeOption(1, 1e9)),
  mixup: v.optional(numberOption(0, 1)),
  averageDecay: v.optional(numberOption(0, 0.999999)),
  auxiliary: v.optional(numberOption(0, 100)),
})

/** Reads a teacher's line: 'gap-cnn --epochs 75 --crop-samples 250 --seed 2'. Throws HolterError when it names no network. */
export function teacherOf(text: string): Training {
  const line = parseLine(text)
  const network = byName('network', line.name, networks)
  const { seed, ...changes } = optionsOf(teacherOptions, line)
  return { network, recipe: { ...recipeOf(network.recipe, changes), includeValidation: undefined }, seed }
}

/** What teachers add to a training. */
interface Taught {
  readonly terms: readonly LossTerm[]
  /** Frees the teachers. */
  dispose(): void
}

/**
 * Returns the loss of a student that learns from labels and from teachers, each trained on the same side of the fold. Undefined when the
 * signal came first. Throws HolterError when a teacher cannot see the student's crops.
 */
export async function taughtByFold(
  teachers: readonly Training[],
  { recipe, temperature, alpha }: { readonly recipe: Recipe; readonly temperature: number; readonly alpha: number },
  side: FoldSide,
): Promise<Taught | undefined> {
  const { tf, task, train } = side
  const trained: { model: LayersModel; sha256: string }[] = []
  for (const teacher of teachers) {
    const made = await trainFoldModel(teacher, side, true)
    if (!made) return undefined
    const { cropSamples } = recipe
    if (cropSamples && !takesWindows(tf, made.model, cropSamples)) {
      const problem = `the teacher cannot see crops as short as --crop-samples ${cropSamples}`
      const hint = 'Take longer crops, or a teacher that pools over time'
      throw new HolterError({ stage: 'train', where: teacher.network.name, problem, hint })
    }
    trained.push({ model: made.model, sha256: sha256(made.key) })
  }
  const taught = distillation({ kind: task.kind, teachers: trained, temperature, alpha })
  return {
    terms: [{ ...labelLoss(train, recipe), weight: 1 - alpha }, taught],
    dispose() {
      for (const { model } of trained) model.dispose()
    },
  }
}
