import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Dataset, Opened, Standardization } from '../ecg/datasets/dataset.ts'
import { seenBy } from '../ecg/datasets/drawn.ts'
import { joinDatasets } from '../ecg/datasets/join-datasets.ts'
import { fitStandardization } from '../ecg/datasets/standardize.ts'
import { predictInt8 } from '../engines/predict.ts'
import { byName } from '../errors.ts'
import { makeFolder, writeFile } from '../files.ts'
import { type SelectionScore, selectionScore } from '../metrics/selection-score.ts'
import { networks } from '../networks/index.ts'
import { type Network, networkShape, type Recipe } from '../networks/network.ts'
import { count } from '../report/numbers.ts'
import { findTask } from '../tasks/find-task.ts'
import type { Task } from '../tasks/task.ts'
import { limitThreads, loadTfjs, threadsInUse } from '../train/backend.ts'
import { checkpointPath } from '../train/checkpoint.ts'
import type { LossTerm } from '../train/loss.ts'
import { recordRecipe } from '../train/recorded-recipe.ts'
import type { Tf } from '../train/tf.ts'
import type { Trained } from '../train/train.ts'
import type { Context } from '../watch.ts'
import { fit } from './fit.ts'
import { provenanceOf } from './model-metadata.ts'
import { openRecords } from './open-records.ts'
import { saveFloat } from './save-float.ts'
import { quantizeTrained } from './to-integers.ts'
import { checkAuxiliary, flagsOf, recipeOf, type TrainingInput } from './training-input.ts'

/** A training, ready for its first step. */
export interface Prepared {
  readonly tf: Tf
  readonly network: Network
  readonly task: Task
  readonly recipe: Recipe
  readonly opened: Opened
  readonly train: Dataset
  /** Absent when the recipe trains on its records too. */
  readonly validation?: Dataset
  readonly standardization: Standardization
}

/** What teachers add to plain training. */
export interface Taught {
  /** Terms of the loss, in place of that of the labels alone. */
  readonly terms?: readonly LossTerm[]
  /** Flags that repeat it, as in the model's command. */
  readonly flags?: string
  /** What the model must say about it. */
  readonly provenance?: Readonly<Record<string, unknown>>
}

/** How a training ended, and the model that it made. */
export interface TrainResult {
  readonly ended: Trained['ended']
  /** Full epochs that were done. */
  readonly epochs: number
  /** Absent when the signal came before the end of the first epoch: then only the checkpoint was written. */
  readonly made?: MadeModel
}

/** What was trained, how good it is, and where it was written. */
export interface MadeModel {
  readonly figures: ReturnType<typeof figuresOf>
  /** Scores on `validationRecords` records; absent when the validation records were trained on too. */
  readonly float?: SelectionScore
  readonly int8?: SelectionScore
  readonly validationRecords?: number
  readonly out: string
}

/** Trains a network from its first weights on, and writes its float and its int8 model. */
export function train(input: TrainingInput, context: Context = {}): Promise<TrainResult> {
  return trainNetwork('train', input, () => ({}), context)
}

/** Trains a network; `taught` is asked what to add to plain training once the records are open. */
export async function trainNetwork(
  verb: 'train' | 'distill',
  input: TrainingInput,
  taught: (prepared: Prepared) => Taught,
  context: Context,
): Promise<TrainResult> {
  const { seed = 1, out = join('build', input.network), patience, resume, inputJobs } = input
  const prepared = await prepare(input, context)
  const { tf, network, task, recipe, opened, ...records } = prepared
  const { terms, flags = '', provenance } = taught(prepared)
  const model = network.build(tf, networkShape(task, network), seed)
  const { all: parameters, trainable } = countsOf(model)
  context.say?.(`${network.name}: ${count(parameters)} parameters, ${count(trainable)} trainable`)

  makeFolder(out)
  sayWhatIsThere(out, resume, context)
  const checkpoint = { checkpointDir: join(out, 'checkpoint'), resume, patience, inputJobs }
  const parts = { tf, model, recipe, ...records, terms, dataHash: opened.hash, seed }
  const trained = await fit({ ...parts, ...checkpoint }, 'train', context)
  const { ended, history, best } = trained
  if (ended === 'interrupted' && !best) return { ended, epochs: history.length }

  const stopping = patience === undefined ? '' : ` --patience ${patience}`
  // The weights are the same only with the same number of threads.
  const all = `${flagsOf(network.recipe, recipe)}${flags}${stopping} --threads ${threadsInUse()}`
  const origin = {
    // A task of one's own lies in the folder with the data, which is this machine's own.
    command: `holter ${verb} ${network.name}${task.ownData ? '' : ` --task ${task.name}`} --seed ${seed}${all}`,
    seed,
    ...recordRecipe(recipe, records.train),
    parameters,
    ...provenance,
  }
  const saved = await save(prepared, model, trained, origin, out)
  const figures = figuresOf(prepared, { parameters, trainable }, trained, saved)
  const { float, int8 } = saved
  return {
    ended,
    epochs: history.length,
    made: { figures, float, int8, validationRecords: records.validation?.length, out },
  }
}

/** Says before any time is spent what happens to an earlier training in the folder, or that there is none to go on with. */
function sayWhatIsThere(out: string, resume: boolean | undefined, { say }: Context): void {
  const begun = existsSync(checkpointPath(join(out, 'checkpoint')))
  if (resume && !begun) say?.(`There is no checkpoint in ${out} to resume: training begins with its first epoch.`)
  if (!resume && existsSync(join(out, 'model.json')))
    say?.(`${out} holds a trained model, which this training will replace.`)
}

/** Returns what the input and the data make of a network's name; nothing is written. */
async function prepare(input: TrainingInput, context: Context): Promise<Prepared> {
  const network = byName('network', input.network, networks)
  const task = findTask(input, network.task)
  const recipe = recipeOf(network.recipe, input)
  limitThreads(input.threads)
  const tf = loadTfjs()
  const { opened, standardization } = await openRecords(task, ['train', 'validation'], input, context)
  const { train, validation } = opened.splits as Required<typeof opened.splits>
  checkAuxiliary(input, train)
  const common = { tf, network, task, recipe, opened }
  if (!recipe.includeValidation)
    return { ...common, train, validation, standardization: seenBy(network, standardization!) }
  const all = joinDatasets(train, validation)
  return { ...common, train: all, standardization: seenBy(network, fitStandardization(all)) }
}

interface Saved {
  readonly float?: SelectionScore
  readonly int8?: SelectionScore
  readonly files: readonly string[]
}

/** Writes the float model and its int8 file, and returns the validation scores of both. */
async function save(
  { tf, network, task, train, validation, standardization, opened }: Prepared,
  model: LayersModel,
  { best, history }: Trained,
  origin: Readonly<Record<string, unknown>> & { readonly seed: number },
  out: string,
): Promise<Saved> {
  const trained = { tf, model, task, network: network.name, standardization, validation }
  const provenance = (float?: SelectionScore) => ({
    ...origin,
    ...(float && { validation: { [float.name]: float.value } }),
    bestEpoch: best?.epoch,
    epochs: history.length,
    ...provenanceOf(opened),
  })
  const { score: float, metadata } = await saveFloat(trained, provenance, out)
  const { int8 } = quantizeTrained(tf, model, metadata, train, { seed: origin.seed, name: network.name })
  writeFile(join(out, 'model.tflite'), int8.tflite)
  return {
    float,
    int8: validation && selectionScore(await predictInt8(int8, validation)),
    files: ['model.json', 'weights.bin', 'model.tflite'].map(file => join(out, file)),
  }
}

/** All figures as plain data: what `holter train --json` prints. */
function figuresOf(
  { network, task, opened }: Prepared,
  { parameters, trainable }: { parameters: number; trainable: number },
  { history, best }: Trained,
  { float, int8, files }: Saved,
) {
  return {
    network: network.name,
    task: task.name,
    parameters,
    trainableParameters: trainable,
    ...provenanceOf(opened),
    records: opened.records,
    epochs: history,
    best,
    ...(float && { float: figureOf(float) }),
    ...(int8 && { int8: figureOf(int8) }),
    files,
  }
}

/** A score by its name. */
function figureOf({ name, value }: SelectionScore): Readonly<Record<string, { readonly validation: number }>> {
  return { [name]: { validation: value } }
}

function countsOf(model: LayersModel): { all: number; trainable: number } {
  const size = (shape: readonly (number | null)[]) => shape.reduce<number>((product, n) => product * (n ?? 1), 1)
  const trainable = model.trainableWeights.reduce((sum, { shape }) => sum + size(shape), 0)
  return { all: model.countParams(), trainable }
}
