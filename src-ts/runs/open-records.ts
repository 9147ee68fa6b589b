import type { DataSource, SplitName } from '../ecg/datasets/dataset.ts'
import { findData } from '../ecg/datasets/find-data.ts'
import { fitStandardization } from '../ecg/datasets/standardize.ts'
import { countsSentence } from '../report/data-sentences.ts'
import type { Task } from '../tasks/task.ts'
import { type Context, watched } from '../watch.ts'

/** Where the records of a run come from. */
export interface DataChoice {
  /** The folder that holds them; default: ECG_DATA_DIR, then fetched data, then synthetic records. */
  readonly data?: string
  /** Leaves out records whose files are missing, and counts them. */
  readonly skipMissing?: boolean
}

/** Finds a task's data, says which and how many records it has, and opens the splits asked for. */
export async function openRecords(task: Task, splits: readonly SplitName[], choice: DataChoice, context: Context) {
  const { source, sentence } = findData(task, { dir: choice.data, skipMissing: choice.skipMissing })
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
