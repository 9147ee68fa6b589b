import { setImmediate } from 'node:timers/promises'
import { checkRecords, findRecords, type Verdict } from '../ecg/checks/check.ts'
import { testFoldOf } from '../ecg/datasets/test-fold.ts'
import { type Context, openWatch } from '../watch.ts'

/** Records between two looks at the event loop, so that the bar is drawn and Ctrl-C is heard. */
const RECORDS_PER_TURN = 16

export interface CheckDataInput {
  /** Folder with WFDB records, at or below it. */
  readonly dir: string
  /** Samples that every record is to have. */
  readonly samples?: number
  /** Hz, that every record is to have. */
  readonly rate?: number
  /** False reads records whose samples differ from the checksums of their headers, too. Default true. */
  readonly checksum?: boolean
}

/** Records with findings, and how many were looked at. */
export interface CheckedData {
  readonly checked: number
  /** Records of the test fold of PTB-XL, which were not opened. */
  readonly testFoldLeftClosed: number
  readonly withProblems: readonly Verdict[]
}

/** Reads every record of a folder and says what is wrong with it. */
export async function checkData(input: CheckDataInput, context: Context = {}): Promise<CheckedData> {
  const { dir, samples, rate: sampleRateHz, checksum = true } = input
  const closed = testFoldOf(dir)
  const all = findRecords(dir)
  const records = all.filter(record => !closed(record))
  const watch = openWatch(context, 'check', 'records', records.length)
  const verdicts: Verdict[] = []
  for (const verdict of checkRecords(dir, records, { samples, sampleRateHz }, { checksum })) {
    verdicts.push(verdict)
    watch.update(verdicts.length)
    if (verdicts.length % RECORDS_PER_TURN > 0) continue
    await setImmediate()
    context.signal?.throwIfAborted()
  }
  watch.stop()
  return {
    checked: verdicts.length,
    testFoldLeftClosed: all.length - records.length,
    withProblems: verdicts.filter(({ problems }) => problems.length > 0),
  }
}
