import { Option } from 'commander'
import type { Opened, SplitName } from '../ecg/datasets/dataset.ts'
import { findData } from '../ecg/datasets/find-data.ts'
import { progress } from '../report/progress.ts'
import { openRecords } from '../stages.ts'
import type { Task } from '../tasks/task.ts'

export interface DataOptions {
  readonly data?: string
  readonly skipMissing?: boolean
}

export const dataOption = () =>
  new Option(
    '-d, --data <dir>',
    'folder with the data (default: ECG_DATA_DIR, then fetched data, then synthetic records)',
  )
export const skipMissingOption = () =>
  new Option('--skip-missing', 'leave out records whose files are missing, and count them')

/** Stands before every score on them. */
export const SYNTHETIC_SENTENCE = 'SYNTHETIC records: the scores say nothing about patients.'

/** Finds a task's data, says which, and opens the splits that a command needs behind a progress bar. */
export async function openFor(task: Task, splits: readonly SplitName[], options: DataOptions) {
  const { source, sentence } = findData(task, { dir: options.data, skipMissing: options.skipMissing })
  console.error(sentence)
  const bar = progress({ title: 'read', unit: 'records' })
  const found = await openRecords(task, source, splits, (done, total) => bar.update(done, { total }))
  bar.stop()
  console.error(countsSentence(found.opened))
  for (const note of found.opened.notes ?? []) console.error(note)
  return { ...found, source }
}

/** "Records: folds 1–8 3,306 (414 409 …), fold 9 468, fold 10 252; dropped: 64 no superclass.", or by splits where there are no folds. */
export function countsSentence({ records, folds, dropped }: Pick<Opened, 'records' | 'folds' | 'dropped'>): string {
  const number = (n: number) => n.toLocaleString('en')
  const reasons = Object.entries(dropped).filter(([, n]) => n > 0)
  const left = reasons.length ? `; dropped: ${reasons.map(([reason, n]) => `${number(n)} ${reason}`).join(', ')}` : ''
  const { train, validation, test } = records
  if (!folds) return `Records: ${number(train)} train, ${number(validation)} validation, ${number(test)} test${left}.`
  const training = folds.slice(0, 8).map(number).join(' ')
  return `Records: folds 1–8 ${number(train)} (${training}), fold 9 ${number(validation)}, fold 10 ${number(test)}${left}.`
}
