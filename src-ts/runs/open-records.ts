import type { DataSource, FileReading, SplitName } from '../ecg/datasets/dataset.ts'
import { findData } from '../ecg/datasets/find-data.ts'
import { fitStandardization } from '../ecg/datasets/standardize.ts'
import { HolterError } from '../errors.ts'
import { learnedFromReal, type Metadata } from '../ir/metadata.ts'
import { countsSentence } from '../report/data-sentences.ts'
import type { Task } from '../tasks/task.ts'
import { type Context, watched } from '../watch.ts'

/** Where the records of a run come from. */
export interface DataChoice extends FileReading {
  /** The folder that holds them; default: ECG_DATA_DIR, then fetched data, then synthetic records. */
  readonly data?: string
  /** Leaves out records whose files are missing, and counts them. */
  readonly skipMissing?: boolean
  /** Draws synthetic records, whatever data is there. */
  readonly synthetic?: boolean
}

/** Records for work on a model that exists. */
export interface DataForModel extends DataChoice {
  /** Path of the model if it learned from real records: synthetic ones are then refused, unless they are asked for. */
  readonly realModel?: string
}

/** Returns the choice of records for work on the model at `path`. */
export function forModel(path: string, metadata: Metadata, choice: DataChoice): DataForModel {
  return { ...choice, ...(learnedFromReal(metadata) && { realModel: path }) }
}

/** Finds a task's data, says which and how many records it has, and opens the splits asked for. */
export async function openRecords(task: Task, splits: readonly SplitName[], choice: DataForModel, context: Context) {
  const { data: dir, realModel, ...options } = choice
  const { source, sentence } = findData(task, { ...options, dir })
  if (realModel !== undefined && source.kind === 'synthetic' && !choice.synthetic) throw silentlySynthetic(realModel)
  context.say?.(sentence)
  const found = await openSplits(task, source, splits, context)
  context.say?.(countsSentence(found.opened))
  for (const note of found.opened.notes ?? []) context.say?.(note)
  return found
}

/** Opens splits of a source; with training records among them, their standardization comes along. */
export async function openSplits(task: Task, source: DataSource, splits: readonly SplitName[], context: Context) {
  const opened = await watched(context, 'read', 'records', report => task.open(source, splits, report))
  const { train } = opened.splits
  return { opened, standardization: train && fitStandardization(train) }
}

function silentlySynthetic(where: string): HolterError {
  return new HolterError({
    stage: 'ecg',
    where,
    problem: 'this model learned from real records, and none were found here',
    hint: 'Name their folder by --data or ECG_DATA_DIR, or take synthetic records by --synthetic: the model will say so from then on',
  })
}
