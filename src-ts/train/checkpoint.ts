import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { HolterError } from '../errors.ts'
import { readFile, writeFile } from '../files.ts'
import type { AdamState } from './adam.ts'
import type { Values } from './model-weights.ts'
import { decodeSafeTensors, encodeSafeTensors, type SafeTensors } from './safetensors.ts'

const epochSchema = v.object({
  /** From 1. */
  epoch: v.number(),
  /** Mean training loss, without weight decay. */
  loss: v.number(),
  /** On the validation split (metrics/selection-score.ts); absent when the validation records are trained on. */
  score: v.optional(v.number()),
})

/** What an epoch came to. */
export type EpochFigures = Readonly<v.InferOutput<typeof epochSchema>>

/** Everything from which training goes on as if it had never stopped. */
export interface TrainingState {
  /** One entry per full epoch. */
  readonly history: readonly EpochFigures[]
  readonly weights: Values
  readonly adam: AdamState
  /** Running mean of the weights, where the recipe asks for one. */
  readonly average?: Values
  /** The weights with the highest validation score so far (the last ones when there is none); undefined before the first epoch is over. */
  readonly best?: { readonly epoch: number; readonly weights: Values }
}

/** What must be equal when a run goes on: names and values that JSON can hold. */
export type RunIdentity = Readonly<Record<string, unknown>>

const headerSchema = v.object({
  version: v.literal(2),
  identity: v.record(v.string(), v.unknown()),
  history: v.array(epochSchema),
  adamSteps: v.number(),
  bestEpoch: v.optional(v.number()),
})

const FILE = 'checkpoint.safetensors'

/** Returns where the checkpoint of a folder stands. */
export function checkpointPath(dir: string): string {
  return join(dir, FILE)
}

/** Writes the checkpoint of a run, replacing the one before only when all of it is on disk. */
export function writeCheckpoint(dir: string, identity: RunIdentity, state: TrainingState): void {
  const { history, adam, best } = state
  const header: v.InferOutput<typeof headerSchema> = {
    version: 2,
    identity,
    history: [...history],
    adamSteps: adam.steps,
    ...(best && { bestEpoch: best.epoch }),
  }
  const tensors = new Map<string, Float32Array>()
  const add = (group: string, values: Values = new Map()) => {
    for (const [name, value] of values) tensors.set(`${group}/${name}`, value)
  }
  add('weights', state.weights)
  add('first', adam.first)
  add('second', adam.second)
  add('average', state.average)
  add('best', best?.weights)
  writeFile(checkpointPath(dir), encodeSafeTensors({ metadata: { holter: JSON.stringify(header) }, tensors }))
}

/**
 * Returns the state that a folder's checkpoint holds, or undefined when there is none yet.
 * Throws HolterError when it is damaged, or when it belongs to a run with other options: `identity` says which ones count.
 */
export function readCheckpoint(dir: string, identity: RunIdentity): TrainingState | undefined {
  const path = checkpointPath(dir)
  if (!existsSync(path)) return undefined
  const { header, tensors } = decoded(path)
  const { network: was } = header.identity
  const { network: is } = identity
  if (was !== is) {
    throw new HolterError({
      stage: 'train',
      where: path,
      problem: 'the checkpoint belongs to another network',
      got: String(was),
      expected: String(is),
      hint: 'Train into another folder, or leave --resume out to begin anew',
    })
  }
  const differing = differences(header.identity, identity)
  if (differing.length) {
    throw new HolterError({
      stage: 'train',
      where: path,
      problem: `the checkpoint belongs to a run with other options: ${differing.join(', ')}`,
      hint: `Resume with the options it was started with${threadsFlag(header.identity, identity)}, or train into another folder`,
    })
  }
  const group = (prefix: string): Values =>
    new Map(
      [...tensors]
        .filter(([name]) => name.startsWith(`${prefix}/`))
        .map(([name, x]) => [name.slice(prefix.length + 1), x]),
    )
  const average = group('average')
  return {
    history: header.history,
    weights: group('weights'),
    adam: { steps: header.adamSteps, first: group('first'), second: group('second') },
    ...(average.size > 0 && { average }),
    ...(header.bestEpoch && { best: { epoch: header.bestEpoch, weights: group('best') } }),
  }
}

/** Few runs name their number of threads: it follows from the cores and from --jobs. */
function threadsFlag({ threads: was }: RunIdentity, { threads: is }: RunIdentity): string {
  return was === undefined || was === is ? '' : ` (--threads ${was})`
}

function decoded(path: string): { header: v.InferOutput<typeof headerSchema>; tensors: SafeTensors['tensors'] } {
  const bytes = readFile(path)
  try {
    const { metadata, tensors } = decodeSafeTensors(bytes)
    return { header: v.parse(headerSchema, JSON.parse(metadata.holter ?? '{}')), tensors }
  } catch (error) {
    throw new HolterError({
      stage: 'train',
      where: path,
      problem: `the checkpoint cannot be read: ${(error as Error).message.replace(/\.$/, '')}`,
      hint: 'Delete it to start again',
    })
  }
}

/** Returns one clause for each entry that differs, such as `recipe.epochs was 12 and is 20`. */
function differences(was: unknown, is: unknown, name = ''): string[] {
  if (isPlain(was) && isPlain(is)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort()
    return keys.flatMap(key => differences(was[key], is[key], name ? `${name}.${key}` : key))
  }
  const [before, now] = [JSON.stringify(was), JSON.stringify(is)]
  return before === now ? [] : [`${name} was ${before} and is ${now}`]
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
