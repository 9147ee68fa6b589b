import { Argument, type Command, Option } from 'commander'
import type { Dataset } from '../ecg/datasets/dataset.ts'
import { HolterError } from '../errors.ts'
import { networks } from '../networks/index.ts'
import type { Recipe } from '../networks/network.ts'
import { limitThreads } from '../train/backend.ts'
import { flagOf } from '../train/check-run.ts'
import { dataOption, skipMissingOption } from './data-options.ts'
import { json, seed, whole, within } from './options.ts'

/** Options of every command that trains a network from its first weights on. */
export interface TrainingOptions extends Partial<Omit<Recipe, 'augment'>> {
  task?: string
  seed: number
  out?: string
  data?: string
  skipMissing?: boolean
  resume?: boolean
  patience?: number
  threads?: number
  augment: boolean
  json?: boolean
}

/** Gives a command the argument and options of training, and returns it. */
export function withTrainingOptions(command: Command): Command {
  return command
    .addArgument(new Argument('<network>', networks.map(n => `${n.name}: ${n.title}`).join('; ')))
    .option('-t, --task <task>', "default: the network's own")
    .addOption(new Option('--epochs <n>', "epochs (default: the network's recipe)").argParser(whole(1)))
    .addOption(new Option('--seed <n>', 'seed of weights, order, augmentation and dropout').argParser(seed).default(1))
    .option('-o, --out <dir>', 'folder to write into (default: build/NETWORK)')
    .addOption(dataOption())
    .addOption(skipMissingOption())
    .addOption(new Option('--batch-size <n>', 'records per step').argParser(whole(1)))
    .addOption(new Option('--learning-rate <x>', 'peak rate of Adam').argParser(within(1e-9, 10)))
    .addOption(new Option('--schedule <name>', 'course of the rate').choices(['one-cycle', 'cosine', 'constant']))
    .addOption(new Option('--weight-decay <x>', 'L2 on kernels').argParser(within(0, 1)))
    .addOption(new Option('--crop-samples <n>', 'train on random windows of this length').argParser(whole(1)))
    .addOption(new Option('--clip-norm <x>', 'largest norm of all gradients together').argParser(within(1e-9, 1e9)))
    .addOption(
      new Option('--average-decay <x>', 'keep a running mean of the weights, of this decay; 0: none').argParser(
        within(0, 0.999999),
      ),
    )
    .addOption(
      new Option('--mixup <a>', 'mix records by shares from Beta(a, a); 0: leave them apart').argParser(within(0, 1)),
    )
    .addOption(
      new Option(
        '--auxiliary <x>',
        'what each auxiliary label of the records counts in the loss, against 1 of a label of the task; 0: nothing',
      ).argParser(within(0, 100)),
    )
    .addOption(new Option('--patience <n>', 'stop after so many epochs without a better one').argParser(whole(1)))
    .addOption(
      new Option(
        '--threads <n>',
        'processor threads (default: all cores, shared by --jobs); other numbers, other last bits',
      ).argParser(whole(1)),
    )
    .option('--no-augment', 'train on the records as they are')
    .option('--resume', 'go on from the checkpoint in the output folder')
    .addOption(json())
    .hook('preAction', (_, action) => limitThreads(action.opts<TrainingOptions>().threads))
}

/** Returns the network's recipe with what the command line changes. */
export function recipeOf(base: Recipe, options: TrainingOptions): Recipe {
  const {
    epochs,
    batchSize,
    learningRate,
    schedule,
    weightDecay,
    cropSamples,
    clipNorm,
    averageDecay,
    mixup,
    auxiliary,
    augment,
  } = options
  const regularization = { weightDecay, clipNorm, averageDecay, mixup, auxiliary }
  const given = { epochs, batchSize, learningRate, schedule, cropSamples, ...regularization }
  const changed = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { ...base, ...changed, ...(augment ? {} : { augment: false }) }
}

/** Throws HolterError when auxiliary labels were asked for on the command line and the records have none; a recipe may ask in vain. */
export function checkAuxiliary({ auxiliary }: TrainingOptions, { name, auxiliary: known }: Dataset): void {
  if (!auxiliary || known?.labels.length) return
  throw new HolterError({
    stage: 'usage',
    where: '--auxiliary',
    problem: `the records of ${name} have no labels beside those of the task`,
    hint: 'Leave it out; PTB-XL has some: its statements',
  })
}

/** Returns the flags that turn a network's recipe into the one that was used. */
export function flagsOf(base: Recipe, used: Recipe): string {
  const { augment, ...values } = used
  const changed = Object.entries(values).filter(([key, value]) => value !== base[key as keyof Recipe])
  const flags = changed.map(([key, value]) => ` ${flagOf(key)} ${value}`)
  return `${flags.join('')}${augment === base.augment ? '' : ' --no-augment'}`
}
