import { join } from 'node:path'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Dataset, Opened, Standardization } from '../ecg/datasets/dataset.ts'
import { joinDatasets } from '../ecg/datasets/join-datasets.ts'
import { fitStandardization } from '../ecg/datasets/standardize.ts'
import { byName } from '../errors.ts'
import { makeFolder, writeFile } from '../files.ts'
import { type SelectionScore, selectionScore } from '../metrics/selection-score.ts'
import { networks } from '../networks/index.ts'
import type { Network, Recipe } from '../networks/network.ts'
import { progress } from '../report/progress.ts'
import { facts } from '../report/terminal.ts'
import {
  epochProgress,
  fitToValidation,
  lower,
  metadataOf,
  networkShape,
  predictFloat,
  predictInt8,
  provenanceOf,
  toIntegers,
  toModel,
} from '../stages.ts'
import { tasks } from '../tasks/index.ts'
import type { Task } from '../tasks/task.ts'
import { loadTfjs, threadsInUse } from '../train/backend.ts'
import { saveFloatModel } from '../train/float-model.ts'
import type { LossTerm } from '../train/loss.ts'
import { recordRecipe } from '../train/recorded-recipe.ts'
import type { Tf } from '../train/tf.ts'
import { type Trained, train as trainModel } from '../train/train.ts'
import { openFor, SYNTHETIC_SENTENCE } from './data-options.ts'
import { interruptible } from './interrupt.ts'
import { printJson } from './options.ts'
import { checkAuxiliary, flagsOf, recipeOf, type TrainingOptions } from './training-options.ts'

/** A run, ready for its first step. */
export interface Run {
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

/** What a command adds to plain training. */
export interface Joined {
  /** Terms of the loss, in place of that of the labels alone. */
  readonly terms?: readonly LossTerm[]
  /** Flags that repeat it, as they stand in the model's command. */
  readonly flags?: string
  /** What the model must say about it. */
  readonly provenance?: Readonly<Record<string, unknown>>
}

/** Trains a network from its first weights on, writes its float and its int8 model, and prints how good they are. */
export async function trainNetwork(
  verb: 'train' | 'distill',
  name: string,
  options: TrainingOptions,
  joining: (run: Run) => Joined = () => ({}),
): Promise<void> {
  const out = options.out ?? join('build', name)
  const run = await open(name, options)
  const joined = joining(run)
  const model = run.network.build(run.tf, networkShape(run.task), options.seed)
  const parameters = countsOf(model)
  const text = `${number(parameters.all)} parameters, ${number(parameters.trainable)} trainable`
  console.error(`${name}: ${text}`)

  const result = await fit(run, model, joined.terms, options, out)
  if (result.ended === 'interrupted') {
    console.error(`Interrupted after ${result.history.length} full epochs. Go on with the same command and --resume.`)
    process.exitCode = 1
    if (!result.best) return
  }
  const patience = options.patience === undefined ? '' : ` --patience ${options.patience}`
  // The weights are the same only with the same number of threads.
  const flags = `${flagsOf(run.network.recipe, run.recipe)}${joined.flags ?? ''}${patience} --threads ${threadsInUse()}`
  const command = `holter ${verb} ${name} --task ${run.task.name} --seed ${options.seed}${flags}`
  const more = {
    command,
    seed: options.seed,
    ...recordRecipe(run.recipe, run.train),
    parameters: parameters.all,
    ...joined.provenance,
  }
  const { float, int8, files } = await save(run, model, result, more, out)
  if (options.json) {
    return printJson({
      network: name,
      task: run.task.name,
      parameters: parameters.all,
      trainableParameters: parameters.trainable,
      ...provenanceOf(run.opened),
      records: run.opened.records,
      epochs: result.history,
      best: result.best,
      ...(float && { float: { [float.name]: { validation: float.value } } }),
      ...(int8 && { int8: { [int8.name]: { validation: int8.value } } }),
      files,
    })
  }
  const scored = (score?: SelectionScore) =>
    score
      ? `validation ${score.title} ${score.value.toFixed(4)} on ${run.validation!.length} records`
      : 'not scored: the validation records were trained on too'
  if (run.opened.synthetic) console.log(SYNTHETIC_SENTENCE)
  console.log(
    facts([
      ['network', `${name}, ${text}`],
      ['kept epoch', `${result.best?.epoch} of ${result.history.length}`],
      ['float', scored(float)],
      ['int8', scored(int8)],
      ['written', `${out}/model.json, weights.bin, model.tflite`],
    ]),
  )
}

/** Returns what the command line and the data make of a network's name; nothing is written. */
async function open(name: string, options: TrainingOptions): Promise<Run> {
  const network = byName('network', name, networks)
  const task = byName('task', options.task ?? network.task, tasks)
  const recipe = recipeOf(network.recipe, options)
  const { opened, standardization } = await openFor(task, ['train', 'validation'], options)
  const { train, validation } = opened.splits as Required<typeof opened.splits>
  checkAuxiliary(options, train)
  const common = { tf: loadTfjs(), network, task, recipe, opened }
  if (!recipe.includeValidation) return { ...common, train, validation, standardization: standardization! }
  const all = joinDatasets(train, validation)
  return { ...common, train: all, standardization: fitStandardization(all) }
}

/** Trains behind a progress bar, with checkpoints. */
async function fit(run: Run, model: LayersModel, terms: Joined['terms'], options: TrainingOptions, out: string) {
  const { tf, recipe, train, validation, standardization, opened } = run
  const { seed, patience, resume } = options
  makeFolder(out)
  const bar = progress({ title: 'train', unit: 'batches' })
  const parts = { tf, model, recipe, train, validation, standardization, terms, dataHash: opened.hash }
  const settings = { seed, patience, resume, checkpointDir: join(out, 'checkpoint') }
  const result = await interruptible(signal => trainModel({ ...parts, ...settings, signal, ...epochProgress(bar) }))
  bar.stop()
  return result
}

/** Writes the float model and its int8 file, and returns the validation scores of both. */
async function save(
  { tf, network, task, train, validation, standardization, opened }: Run,
  model: LayersModel,
  { best, history }: Trained,
  provenance: Readonly<Record<string, unknown>> & { readonly seed: number },
  out: string,
) {
  const predictions = validation && predictFloat(tf, model, validation, standardization)
  const float = predictions && selectionScore(predictions)
  const figures = {
    ...(float && { validation: { [float.name]: float.value } }),
    bestEpoch: best?.epoch,
    epochs: history.length,
  }
  const fitted = fitToValidation(task, predictions)
  const origin = { ...provenance, ...figures, ...provenanceOf(opened) }
  const metadata = metadataOf(task, network.name, standardization, fitted, origin)
  await saveFloatModel(tf, model, metadata, out)
  const integers = toIntegers(tf, lower(tf, model, metadata, train), train, standardization, provenance.seed)
  const int8 = toModel(integers, network.name)
  writeFile(join(out, 'model.tflite'), int8.tflite)
  return {
    float,
    int8: validation && selectionScore(await predictInt8(int8, validation)),
    files: ['model.json', 'weights.bin', 'model.tflite'].map(file => join(out, file)),
  }
}

function countsOf(model: LayersModel): { all: number; trainable: number } {
  const size = (shape: readonly (number | null)[]) => shape.reduce<number>((product, n) => product * (n ?? 1), 1)
  const trainable = model.trainableWeights.reduce((sum, { shape }) => sum + size(shape), 0)
  return { all: model.countParams(), trainable }
}

const number = (n: number) => n.toLocaleString('en')
