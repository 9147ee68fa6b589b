import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { HolterError } from '../../errors.ts'
import type { Ecg } from '../formats/ecg.ts'
import { readEcg } from '../formats/read-ecg.ts'
import { readHeader } from '../formats/wfdb-header.ts'
import type { FileReading, Opened, SplitName } from './dataset.ts'
import { type FilePlan, LABELS_FILE, type LabelForm, readFolderTable } from './folder-table.ts'
import { withoutMissing } from './missing-files.ts'
import { openSplits, type Progress } from './open-splits.ts'
import type { Form } from './pack-record.ts'
import type { PackedSignals } from './packed-dataset.ts'
import { invalidWords, type Misfit, packStretch, toForm } from './to-form.ts'

/** Of so many problems each is told; more would hide the first. */
const TOLD = 20

/** What the records of a folder are to be. */
export type FolderForm = Form & LabelForm

export interface FolderOptions {
  readonly reading?: FileReading
  /** Seed by which patients are dealt to folds where the table leaves them open. */
  readonly seed?: number
  /** Leave out records whose files are missing, and count them, instead of refusing the folder. */
  readonly skipMissing?: boolean
}

/**
 * Opens a user's own files of any format that readEcg knows, by the table of the folder (folder-table.ts). Folds 1–8 train, 9 validates, 10
 * tests. Files of mere numbers hold columns of the form's leads. Samples are kept in steps of 1 µV. Files of another length, rate (unless
 * they may be resampled) or without a lead of the form are errors, and so is a patient on two sides: all that is wrong with the opened
 * splits is told in one error. With `skipMissing`, records whose files are missing are taken out and stand in `dropped['missing file']`.
 */
export async function openFolder(
  dir: string,
  form: FolderForm,
  splits: readonly SplitName[],
  { reading = {}, seed, skipMissing }: FolderOptions = {},
  progress?: Progress,
): Promise<Opened> {
  const table = readFolderTable(dir, form, seed)
  refuse(table.problems, dir)
  const pathOf = ({ path }: FilePlan) => join(dir, path)
  const all = { present: table.plans, dropped: {} }
  const { present, dropped } = skipMissing
    ? withoutMissing(table.plans, splits, { pathOf, isPresent, skipMissing })
    : all
  const problems: HolterError[] = []
  const opened = await openSplits(
    {
      ...form,
      name: 'folder',
      synthetic: false,
      source: dir,
      plans: present,
      dropped,
      load(plan, signals, index) {
        problems.push(...packFile(pathOf(plan), form, reading, signals, index))
      },
    },
    splits,
    progress,
  )
  refuse(problems, dir)
  return opened
}

/** Returns `root` if it is a folder with a table of labels. */
export function locateFolder(root: string): string | undefined {
  return existsSync(join(root, LABELS_FILE)) ? root : undefined
}

/** Reads a file of a folder: CSV and .npy hold millivolts at the form's rate, in columns of its leads, unless something else is said. */
export function readOwnFile(path: string, form: Form, { rate, units = 'mV' }: FileReading): Ecg {
  if (!isPresent(path)) {
    const hint = 'Complete the folder, or leave such records out with --skip-missing'
    throw new HolterError({
      stage: 'ecg',
      where: path,
      problem: 'the file, or one that its header names, is missing',
      hint,
    })
  }
  return readEcg(path, { sampleRateHz: rate ?? form.sampleRateHz, units, leads: form.leads })
}

/** Throws all problems in one error, if there are any. */
function refuse(problems: readonly HolterError[], dir: string): void {
  if (problems.length === 0) return
  if (problems.length === 1) throw problems[0]
  const told = problems.slice(0, TOLD).map(({ detail: { where, problem, got, expected } }) => {
    const facts = [got === undefined ? [] : `got ${got}`, expected === undefined ? [] : `expected ${expected}`].flat()
    return `${where}: ${problem}${facts.length ? ` (${facts.join(', ')})` : ''}`
  })
  const more = problems.length > TOLD ? `; and ${problems.length - TOLD} more` : ''
  const hint = [...new Set(problems.flatMap(({ detail: { hint } }) => hint ?? []))].slice(0, 3).join('. ')
  const problem = `${problems.length} things are wrong: ${told.join('; ')}${more}`
  throw new HolterError({ stage: 'ecg', where: dir, problem, hint: hint || undefined })
}

/** Packs a file as record `index`, or returns what is wrong with it. */
function packFile(path: string, form: Form, reading: FileReading, out: PackedSignals, index: number): HolterError[] {
  const fail = (misfit: Misfit) => new HolterError({ stage: 'ecg', where: path, ...misfit })
  try {
    const ecg = readOwnFile(path, form, reading)
    const { leads, misfits } = toForm(ecg, form, reading.resample)
    if (misfits.length > 0) return misfits.map(fail)
    const wrong = wrongLength(leads[0].length, form)
    if (wrong) return [fail(wrong)]
    return packStretch(leads, 0, form, out, index).map(invalid => fail(invalidWords(invalid, ecg.source.firstRow)))
  } catch (error) {
    if (error instanceof HolterError) return [error]
    throw error
  }
}

/** Returns what is wrong with a record of so many samples, if anything is. */
export function wrongLength(samples: number, form: Form): Misfit | undefined {
  if (samples === form.samples) return undefined
  return { problem: 'wrong length', got: `${samples} samples`, expected: `${form.samples}` }
}

/** A WFDB record, which may be named without its header's extension, is its header and all files that the header and its segments name. */
function isPresent(path: string): boolean {
  const header = existsSync(path) || path.endsWith('.hea') ? path : `${path}.hea`
  if (!existsSync(header) || !header.endsWith('.hea')) return existsSync(header)
  const named = filesNamedBy(header)
  const ofSegments = named.filter(file => file.endsWith('.hea')).flatMap(filesNamedBy)
  return [...named, ...ofSegments].every(file => existsSync(file))
}

/** Returns the signal files and the segments' headers that a header names; none of one that cannot be read, whose own error is told later. */
function filesNamedBy(header: string): string[] {
  try {
    const { signals, segments } = readHeader(header)
    const names = [...signals.map(({ file }) => file), ...segments.map(({ record }) => `${record}.hea`)]
    // A signal without samples has the file ~, a gap the record ~.
    return names.filter(name => !/^~(\.hea)?$/.test(name)).map(name => join(dirname(header), name))
  } catch {
    return []
  }
}
