import type { Dataset } from '../ecg/datasets/dataset.ts'
import { HolterError } from '../errors.ts'
import type { Recipe } from '../networks/network.ts'
import { flagOf } from '../train/check-run.ts'
import type { DataChoice } from './open-records.ts'

/** The entries of a recipe that a run may set by itself. */
const SETTABLE = [
  'epochs',
  'batchSize',
  'learningRate',
  'schedule',
  'cropSamples',
  'weightDecay',
  'clipNorm',
  'averageDecay',
  'mixup',
  'auxiliary',
] as const satisfies readonly (keyof Recipe)[]

/** What a run that trains a network from its first weights on is given. What is left out of the recipe is the network's own. */
export interface TrainingInput extends Partial<Pick<Recipe, (typeof SETTABLE)[number]>>, DataChoice {
  /** Name of a network. */
  readonly network: string
  /** Name of a task, or a task file; default that of the folder with the data, else the network's own. */
  readonly task?: string
  /** Of weights, order, augmentation and dropout, 32 bits. Default 1. */
  readonly seed?: number
  /** False trains on the records as they are. Default: as the network's recipe says. */
  readonly augment?: boolean
  /** Folder to write into. Default build/NETWORK. */
  readonly out?: string
  /** Resumes from the checkpoint in that folder. */
  readonly resume?: boolean
  /** Stops after this many epochs without improvement. */
  readonly patience?: number
  /** Threads that draw ahead for a network of drawings; the weights do not depend on them. Default 0: it draws between steps. */
  readonly inputJobs?: number
  /** Threads of the native library, if it is not loaded yet; other numbers give other last bits. Default: one for each core. */
  readonly threads?: number
}

/** Returns the network's recipe with what the input changes. */
export function recipeOf(base: Recipe, input: Omit<TrainingInput, 'network'>): Recipe {
  const given = SETTABLE.filter(key => input[key] !== undefined).map(key => [key, input[key]])
  return { ...base, ...Object.fromEntries(given), ...(input.augment === false ? { augment: false } : {}) }
}

/** Throws HolterError when auxiliary labels were asked for by the input and the records have none; a recipe may ask in vain. */
export function checkAuxiliary(
  { auxiliary }: Pick<TrainingInput, 'auxiliary'>,
  { name, auxiliary: known }: Dataset,
): void {
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
