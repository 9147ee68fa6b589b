import { join } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { joinDatasets } from '../ecg/join-datasets.ts'
import { fitStandardization } from '../ecg/standardize.ts'
import { byName } from '../errors.ts'
import { makeFolder, writeFile } from '../files.ts'
import { type SelectionScore, selectionScore } from '../metrics/selection-score.ts'
import { networks } from '../networks/index.ts'
import type { Recipe } from '../networks/network.ts'
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
import { loadTfjs } from '../train/backend.ts'
import { saveFloatModel } from '../train/float-model.ts'
import { train as trainModel } from '../train/train.ts'
import { dataOption, openFor, skipMissingOption } from './data-options.ts'
import { interruptible } from './interrupt.ts'
import { json, printJson, whole, within } from './options.ts'

interface TrainOptions extends Partial<Omit<Recipe, 'augment'>> {
  task?: string
  seed: number
  out?: string
  data?: string
  skipMissing?: boolean
  resume?: boolean
  patience?: number
  augment: boolean
  json?: boolean
}

/** `holter train`: a network on a task, with checkpoints; its float model, and its int8 file. */
export const train = new Command('train')
  .summary('train a network on a task')
  .description(
    'Trains a network, keeps the weights of the epoch with the best validation score, and quantizes them. Writes a tfjs ' +
      'LayersModel (model.json, weights.bin) and model.tflite. The test split stays closed.',
  )
  .addArgument(new Argument('<network>', networks.map(n => `${n.name}: ${n.title}`).join('; ')))
  .option('-t, --task <task>', "default: the network's own")
  .addOption(new Option('--epochs <n>', "epochs (default: the network's recipe)").argParser(whole(1)))
  .addOption(
    new Option('--seed <n>', 'seed of weights, order, augmentation and dropout').argParser(whole(0)).default(1),
  )
  .option('-o, --out <dir>', 'folder to write into (default: build/NETWORK)')
  .addOption(dataOption())
  .addOption(skipMissingOption())
  .addOption(new Option('--batch-size <n>', 'records per step').argParser(whole(1)))
  .addOption(new Option('--learning-rate <x>', 'peak rate of Adam').argParser(within(1e-9, 10)))
  .addOption(new Option('--schedule <name>', 'course of the rate').choices(['one-cycle', 'cosine', 'constant']))
  .addOption(new Option('--weight-decay <x>', 'L2 on kernels').argParser(within(0, 1)))
  .addOption(new Option('--crop-samples <n>', 'train on random windows of this length').argParser(whole(1)))
  .addOption(new Option('--clip-norm <x>', 'largest norm of all gradients together').argParser(within(1e-9, 1e9)))
  .addOption(new Option('--patience <n>', 'stop after so many epochs without a better one').argParser(whole(1)))
  .option('--no-augment', 'train on the records as they are')
  .option('--resume', 'go on from the checkpoint in the output folder')
  .addOption(json())
  .addHelpText('after', '\nExample: holter train gap-cnn --epochs 12 --seed 1 --out build/gap-cnn')
  .action(async (name: string, options: TrainOptions) => {
    const network = byName('network', name, networks)
    const task = byName('task', options.task ?? network.task, tasks)
    const out = options.out ?? join('build', name)
    makeFolder(out)
    const recipe = recipeOf(network.recipe, options)
    const tf = loadTfjs()
    const { opened, ...found } = await openFor(task, ['train', 'validation'], options)
    const splits = opened.splits as Required<typeof opened.splits>
    const training = recipe.includeValidation ? joinDatasets(splits.train, splits.validation) : splits.train
    const validation = recipe.includeValidation ? undefined : splits.validation
    const standardization = recipe.includeValidation ? fitStandardization(training) : found.standardization!
    const model = network.build(tf, networkShape(task), options.seed)
    const trainable = model.trainableWeights.reduce(
      (sum, w) => sum + w.shape.reduce<number>((a, b) => a * (b ?? 1), 1),
      0,
    )
    const parameters = model.countParams()
    console.error(`${name}: ${parameters.toLocaleString('en')} parameters, ${trainable.toLocaleString('en')} trainable`)

    const checkpointDir = join(out, 'checkpoint')
    const bar = progress({ title: 'train', unit: 'batches' })
    const common = { tf, model, train: training, validation, standardization, dataHash: opened.hash }
    const settings = { recipe, seed: options.seed, patience: options.patience, checkpointDir, resume: options.resume }
    const result = await interruptible(signal => trainModel({ ...common, ...settings, signal, ...epochProgress(bar) }))
    bar.stop()
    if (result.ended === 'interrupted') {
      console.error(`Interrupted after ${result.history.length} full epochs. Go on with the same command and --resume.`)
      process.exitCode = 1
      if (!result.best) return
    }

    const float = validation && predictFloat(tf, model, validation, standardization)
    const floatScore = float && selectionScore(float)
    const figures = {
      ...(floatScore && { validation: { [floatScore.name]: floatScore.value } }),
      bestEpoch: result.best?.epoch,
      epochs: result.history.length,
    }
    const command = `holter train ${name} --task ${task.name} --seed ${options.seed}${flagsOf(network.recipe, recipe)}`
    const provenance = { command, seed: options.seed, recipe, parameters, ...figures, ...provenanceOf(opened) }
    const metadata = metadataOf(task, name, standardization, fitToValidation(task, float), provenance)
    await saveFloatModel(tf, model, metadata, out)
    const int8 = toModel(
      toIntegers(tf, lower(tf, model, metadata, training), training, standardization, options.seed),
      name,
    )
    writeFile(join(out, 'model.tflite'), int8.tflite)
    const int8Score = validation && selectionScore(await predictInt8(int8, validation))
    const summary = {
      network: name,
      task: task.name,
      parameters,
      trainableParameters: trainable,
      records: opened.records,
      epochs: result.history,
      best: result.best,
      ...(floatScore && { float: { [floatScore.name]: { validation: floatScore.value } } }),
      ...(int8Score && { int8: { [int8Score.name]: { validation: int8Score.value } } }),
      files: [join(out, 'model.json'), join(out, 'weights.bin'), join(out, 'model.tflite')],
    }
    if (options.json) return printJson(summary)
    const scored = (score: SelectionScore | undefined) =>
      score && validation
        ? `validation ${score.title} ${score.value.toFixed(4)} on ${validation.length} records`
        : 'not scored: the validation records were trained on too'
    console.log(
      facts([
        [
          'network',
          `${name}, ${parameters.toLocaleString('en')} parameters, ${trainable.toLocaleString('en')} trainable`,
        ],
        ['kept epoch', `${figures.bestEpoch} of ${figures.epochs}`],
        ['float', scored(floatScore)],
        ['int8', scored(int8Score)],
        ['written', `${out}/model.json, weights.bin, model.tflite`],
      ]),
    )
  })

/** The network's recipe with what the command line changes. */
function recipeOf(base: Recipe, options: TrainOptions): Recipe {
  const { epochs, batchSize, learningRate, schedule, weightDecay, cropSamples, clipNorm, augment } = options
  const given = { epochs, batchSize, learningRate, schedule, weightDecay, cropSamples, clipNorm }
  const changed = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { ...base, ...changed, ...(augment ? {} : { augment: false }) }
}

/** The flags that turn a network's recipe into the one that was used. */
function flagsOf(base: Recipe, used: Recipe): string {
  const { augment, ...values } = used
  const changed = Object.entries(values).filter(([key, value]) => value !== base[key as keyof Recipe])
  const flags = changed.map(
    ([key, value]) => ` --${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)} ${value}`,
  )
  return `${flags.join('')}${augment === base.augment ? '' : ' --no-augment'}`
}
