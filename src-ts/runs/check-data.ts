import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { checkRecords, findRecords, type Verdict } from '../ecg/checks/check.ts'
import { checkOwnFile, checkTable } from '../ecg/checks/check-folder.ts'
import type { FindingKind } from '../ecg/checks/check-leads.ts'
import type { FileReading } from '../ecg/datasets/dataset.ts'
import { locateFolder } from '../ecg/datasets/folder.ts'
import { testFoldOf } from '../ecg/datasets/test-fold.ts'
import { findTask } from '../tasks/find-task.ts'
import { type Context, openWatch } from '../watch.ts'

/** With these a folder of one's own is no data set. */
const REFUSED: readonly FindingKind[] = ['unreadable', 'table', 'form', 'length', 'invalid samples']

/** Records between two looks at the event loop, so that the bar is drawn and Ctrl-C is heard. */
const RECORDS_PER_TURN = 16

export interface CheckDataInput extends Pick<FileReading, 'units' | 'resample'> {
  /** Of a folder with labels.csv: name of its task, or a task file. Default holter.task.json in the folder, else ptbxl-superclass. */
  readonly task?: string
  /** A folder of one's own with labels.csv, or one with WFDB records at or below it. */
  readonly dir: string
  /** Samples that every record is to have; a task says it of a folder with labels.csv. */
  readonly samples?: number
  /** Hz, that every record is to have; in a folder with labels.csv that of its CSV and .npy files. */
  readonly rate?: number
  /** False reads records whose samples differ from the checksums of their headers, too. Default true. */
  readonly checksum?: boolean
}

/** Records with findings, and how many were looked at. */
export interface CheckedData {
  readonly checked: number
  /** Records of the test fold of PTB-XL, which were not opened. */
  readonly testFoldLeftClosed: number
  /** Records with findings, and the places in labels.csv that are wrong. */
  readonly withProblems: readonly Verdict[]
  /** So many of them cannot be used: unreadable, or, of a folder with labels.csv, what training refuses. */
  readonly unusable: number
  /** Sentences about all of it. */
  readonly notes: readonly string[]
}

/** Reads every record of a folder and says all that is wrong with it. */
export async function checkData(input: CheckDataInput, context: Context = {}): Promise<CheckedData> {
  const { before, verdicts, total, testFoldLeftClosed, refusing } = locateFolder(input.dir)
    ? ownFolder(input)
    : records(input)
  const watch = openWatch(context, 'check', 'records', total)
  const checked: Verdict[] = []
  for (const verdict of verdicts) {
    checked.push(verdict)
    watch.update(checked.length)
    if (checked.length % RECORDS_PER_TURN > 0) continue
    await setImmediate()
    context.signal?.throwIfAborted()
  }
  watch.stop()
  const unproved = checked.filter(({ lacksChecksums }) => lacksChecksums).length
  const note = `${unproved} of the headers state no checksum (0 throughout), so that nobody can tell whether samples changed on their way.`
  const withProblems = [...before, ...checked].filter(({ problems }) => problems.length > 0)
  return {
    checked: checked.length,
    testFoldLeftClosed,
    withProblems,
    unusable: withProblems.filter(({ problems }) => problems.some(({ kind }) => refusing.includes(kind))).length,
    notes: unproved > 0 ? [note] : [],
  }
}

/** What there is to check, one verdict after another. */
interface Checks {
  /** What is wrong before any record is read. */
  readonly before: readonly Verdict[]
  readonly verdicts: Iterable<Verdict>
  readonly total: number
  readonly testFoldLeftClosed: number
  /** Findings with which a record cannot be used. */
  readonly refusing: readonly FindingKind[]
}

function records({ dir, samples, rate: sampleRateHz, checksum = true }: CheckDataInput): Checks {
  const closed = testFoldOf(dir)
  const all = findRecords(dir)
  const open = all.filter(record => !closed(record))
  const verdicts = checkRecords(dir, open, { samples, sampleRateHz }, { checksum })
  return {
    before: [],
    verdicts,
    total: open.length,
    testFoldLeftClosed: all.length - open.length,
    refusing: ['unreadable'],
  }
}

function ownFolder({ dir, task, ...reading }: CheckDataInput): Checks {
  const form = findTask({ task, data: dir }, 'ptbxl-superclass')
  const { files, verdicts: before } = checkTable(dir, form)
  const verdicts = function* (): Generator<Verdict> {
    for (const file of files) yield { record: file, problems: checkOwnFile(join(dir, file), form, reading) }
  }
  return { before, verdicts: verdicts(), total: files.length, testFoldLeftClosed: 0, refusing: REFUSED }
}
