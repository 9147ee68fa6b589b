import { statSync } from 'node:fs'
import { join } from 'node:path'
import { findRecords } from '../ecg/checks/check.ts'
import { locateFolder } from '../ecg/datasets/folder.ts'
import { type LabelForm, readFolderTable } from '../ecg/datasets/folder-table.ts'
import { testFoldOf } from '../ecg/datasets/test-fold.ts'

/** Recordings to be read, and how many of folders were left out since they are of the test fold of PTB-XL. */
export interface Recordings {
  readonly paths: readonly string[]
  readonly testFoldLeftClosed: number
}

/** Returns paths with the records of each folder in its place: those that its labels.csv names, else the WFDB records at or below it. */
export function recordingsIn(records: readonly string[], task: LabelForm): Recordings {
  let testFoldLeftClosed = 0
  const paths = records.flatMap(path => {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path]
    if (locateFolder(path)) return readFolderTable(path, task).files.map(file => join(path, file))
    const closed = testFoldOf(path)
    const all = findRecords(path)
    const open = all.filter(record => !closed(record))
    testFoldLeftClosed += all.length - open.length
    return open.map(record => join(path, record))
  })
  return { paths, testFoldLeftClosed }
}

/** Returns the sentence for records that were left out. */
export function closedSentence(records: number): string {
  return `Records of the test fold that were not opened: ${records}. Only holter evaluate --split test opens them.`
}
