import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../../errors.ts'
import { cacheDir } from '../../places.ts'
import type { DataSource, FileReading } from './dataset.ts'

export interface FindOptions extends FileReading {
  /** The folder given on the command line (--data). */
  readonly dir?: string
  readonly skipMissing?: boolean
  /** Draws synthetic records, whatever data is there. */
  readonly synthetic?: boolean
  readonly environment?: Environment
}

export interface FoundData {
  readonly source: DataSource
  /** Says which data and why, for the terminal: one sentence. */
  readonly sentence: string
}

/** What has to be known of a task here (tasks lie above this folder). */
interface Locator {
  readonly name: string
  readonly needs?: string
  readonly ownData?: boolean
  locate(root: string): string | undefined
}

/** Of all synthetic records, whatever the seed of a training: what was trained on them is scored, taught and compared on the same ones. */
const SYNTHETIC_SEED = 1

type Environment = Readonly<Record<string, string | undefined>>

/** Returns the folder into which data is fetched: HOLTER_CACHE_DIR/data, else ~/.cache/holter/data. */
export function fetchCacheDir(environment: Environment = process.env): string {
  return join(cacheDir(environment), 'data')
}

/** Returns the folder in which signals that were read once are kept: HOLTER_CACHE_DIR/signals, else ~/.cache/holter/signals. */
export function signalCacheDir(environment: Environment = process.env): string {
  return join(cacheDir(environment), 'signals')
}

/**
 * Returns the data of a task: the folder given, else the one of ECG_DATA_DIR, else the fetch cache, else synthetic records.
 * With `synthetic` they are drawn at once. A given folder without the task's data is an error, so is an ECG_DATA_DIR that does not exist, and so is finding nothing for a
 * task that `needs` real records.
 */
export function findData(task: Locator, options: FindOptions = {}): FoundData {
  const { dir, skipMissing, synthetic, environment = process.env } = options
  const reading = readingOf(options)
  const folder = (found: string, why: string): FoundData => ({
    source: { kind: 'folder', dir: found, skipMissing, ...(reading && { reading }) },
    sentence: `Data: ${found} (${why}).`,
  })
  if (synthetic) return drawn(task, dir)
  if (dir !== undefined) {
    requireFolder(dir, '--data', 'Check the path')
    const found = task.locate(dir)
    if (found) return folder(found, 'given by --data')
    throw new HolterError({
      stage: 'ecg',
      where: `--data ${dir}`,
      problem: `the folder holds no data for ${task.name}`,
      hint: task.ownData
        ? 'It needs a table of the files, labels.csv: docs/own-task.md shows one'
        : 'Give the data set folder itself (the one that holds its tables or records) or the folder above it',
    })
  }
  const fromEnvironment = environment.ECG_DATA_DIR
  if (fromEnvironment) {
    requireFolder(fromEnvironment, 'ECG_DATA_DIR', 'Correct the variable, or unset it to work on other data')
    const found = task.locate(fromEnvironment)
    if (found) return folder(found, 'found through ECG_DATA_DIR')
  }
  const cache = fetchCacheDir(environment)
  const lacking = fromEnvironment
    ? `ECG_DATA_DIR=${fromEnvironment} holds no data for ${task.name}`
    : 'ECG_DATA_DIR is not set'
  const fetched = task.locate(cache)
  if (fetched) return folder(fetched, `fetched earlier; ${lacking}`)
  if (task.needs !== undefined || task.ownData)
    throw noStandIn(task, `no data was found: ${lacking}, ${cache} holds none either, and `)
  return {
    source: { kind: 'synthetic', seed: SYNTHETIC_SEED },
    sentence: `Data: synthetic records, since ${lacking} and ${cache} holds none either.`,
  }
}

function readingOf({ rate, units, resample }: FileReading): FileReading | undefined {
  const given = {
    ...(rate !== undefined && { rate }),
    ...(units !== undefined && { units }),
    ...(resample && { resample }),
  }
  return Object.keys(given).length > 0 ? given : undefined
}

/** Throws HolterError when it was said how to read the files of a published data set: their headers say it. */
export function refuseReading(source: DataSource, data: string): void {
  if (source.kind !== 'folder' || !source.reading) return
  throw new HolterError({
    stage: 'usage',
    where: Object.keys(source.reading)
      .map(name => `--${name}`)
      .join(', '),
    problem: `the files of ${data} are read as they were published`,
    hint: 'Leave it out: it is for a folder of your own files',
  })
}

/** Synthetic records that were asked for. */
function drawn(task: Locator, dir: string | undefined): FoundData {
  if (dir !== undefined) {
    throw new HolterError({
      stage: 'usage',
      where: '--synthetic',
      problem: `synthetic records lie in no folder, and --data names one`,
      got: dir,
      hint: 'Leave out one of the two',
    })
  }
  if (task.needs !== undefined || task.ownData) throw noStandIn(task, '')
  return {
    source: { kind: 'synthetic', seed: SYNTHETIC_SEED },
    sentence: 'Data: synthetic records (asked for by --synthetic).',
  }
}

/** Returns the folder of a source for a task that cannot draw synthetic records, and whose protocol names every record. */
export function realFolder(source: DataSource, task: Locator): string {
  if (source.kind !== 'folder') throw noStandIn(task, '')
  refuseReading(source, task.name)
  if (source.skipMissing) {
    throw new HolterError({
      stage: 'usage',
      where: '--skip-missing',
      problem: `the protocol of ${task.name} needs all of its records, so that none may be left out`,
      hint: `Leave the option out; holter data fetch ${task.needs} completes the records`,
    })
  }
  return source.dir
}

function noStandIn({ name, needs, ownData }: Locator, found: string): HolterError {
  return new HolterError({
    stage: 'ecg',
    where: name,
    problem: `${found}synthetic records cannot stand in`,
    hint: ownData
      ? 'Name the folder that holds labels.csv by --data'
      : `Run holter data fetch ${needs}, or name the folder that holds it by --data or ECG_DATA_DIR`,
  })
}

function requireFolder(dir: string, name: string, hint: string): void {
  if (existsSync(dir) && statSync(dir).isDirectory()) return
  const problem = existsSync(dir) ? 'this is not a folder' : 'the folder does not exist'
  throw new HolterError({ stage: 'ecg', where: `${name} ${dir}`, problem, hint })
}
