import { Option } from 'commander'
import type { SplitName } from '../ecg/dataset.ts'
import { findData } from '../ecg/find-data.ts'
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

/** Finds a task's data, says which, and opens the splits that a command needs behind a progress bar. */
export async function openFor(task: Task, splits: readonly SplitName[], options: DataOptions & { seed?: number }) {
  const { source, sentence } = findData(task, {
    dir: options.data,
    seed: options.seed,
    skipMissing: options.skipMissing,
  })
  console.error(sentence)
  const bar = progress({ title: 'read', unit: 'records' })
  const found = await openRecords(task, source, splits, (done, total) => bar.update(done, { total }))
  bar.stop()
  console.error(countsSentence(found.opened.folds, found.opened.dropped))
  return { ...found, source }
}

/** "folds 1–8 3,306 records (414 409 …), fold 9 468, fold 10 252 (closed); dropped: 64 no superclass". */
export function countsSentence(folds: readonly number[], dropped: Readonly<Record<string, number>>): string {
  const number = (n: number) => n.toLocaleString('en')
  const training = folds.slice(0, 8)
  const sum = training.reduce((a, b) => a + b, 0)
  const reasons = Object.entries(dropped).filter(([, n]) => n > 0)
  const left = reasons.length ? `; dropped: ${reasons.map(([reason, n]) => `${number(n)} ${reason}`).join(', ')}` : ''
  return `Records: folds 1–8 ${number(sum)} (${training.map(number).join(' ')}), fold 9 ${number(folds[8])}, fold 10 ${number(folds[9])}${left}.`
}
