import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { closest, HolterError } from '../../errors.ts'
import { readCsv } from '../formats/csv.ts'
import type { Declared } from '../formats/ecg.ts'
import { readEcg } from '../formats/read-ecg.ts'
import { readHeader } from '../formats/wfdb-header.ts'
import type { Opened, SplitName } from './dataset.ts'
import { withoutMissing } from './missing-files.ts'
import { openSplits, type Progress } from './open-splits.ts'
import type { Form } from './pack-record.ts'
import { type PackedSignals, type RecordPlan, splitOfFold } from './packed-dataset.ts'
import { dealFolds } from './splits.ts'
import { type Misfit, packStretch, toForm } from './to-form.ts'

/** The table that makes a folder of files a data set. */
export const LABELS_FILE = 'labels.csv'
const HINT = 'A row has a file, its labels with blanks between them, its patient, and a fold 1 to 10 or nothing'
/** Into which patients are dealt. */
const FOLDS = 10

interface FilePlan extends RecordPlan {
  readonly path: string
}

export interface FolderOptions {
  readonly declared?: Declared
  /** Seed by which patients are dealt to folds where the table leaves them open. */
  readonly seed?: number
  /** Leave out records whose files are missing, and count them, instead of refusing the folder. */
  readonly skipMissing?: boolean
}

/**
 * Opens a user's own files of any format that readEcg knows. `labels.csv` has the columns file, labels, patient and fold; where all folds
 * are empty, patients are dealt to ten folds with equal shares of each label. Folds 1–8 train, 9 validates, 10 tests. Samples are kept in
 * steps of 1 µV. Files of another rate, length or without a lead of the form are errors, and so is a patient on two sides. With `skipMissing`,
 * records of the opened splits whose files are missing are taken out of them and listed in `dropped['missing file']`.
 */
export function openFolder(
  dir: string,
  form: Form & { readonly labels: readonly string[] },
  splits: readonly SplitName[],
  { declared, seed = 0, skipMissing }: FolderOptions = {},
  progress?: Progress,
): Promise<Opened> {
  const table = join(dir, LABELS_FILE)
  const plans = withFolds(readPlans(dir, form.labels), seed, table)
  refuseLeaks(plans, table)
  const pathOf = ({ path }: FilePlan) => join(dir, path)
  const { present, dropped } = withoutMissing(plans, splits, { pathOf, isPresent, skipMissing })
  return openSplits(
    {
      name: 'folder',
      synthetic: false,
      source: dir,
      ...form,
      plans: present,
      dropped,
      load: (plan, signals, index) => packEcg(pathOf(plan), form, declared, signals, index),
    },
    splits,
    progress,
  )
}

/** Returns `root` if it is a folder with a table of labels. */
export function locateFolder(root: string): string | undefined {
  return existsSync(join(root, LABELS_FILE)) ? root : undefined
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

function readPlans(dir: string, labels: readonly string[]): FilePlan[] {
  const rows = readCsv(join(dir, LABELS_FILE), ['file', 'labels', 'patient', 'fold'] as const, HINT)
  const seen = new Set<string>()
  return rows.map(({ where, cells }) => {
    const fail = (problem: string, got: string, expected?: string) =>
      new HolterError({ stage: 'ecg', where, problem, got: JSON.stringify(got.slice(0, 60)), expected, hint: HINT })
    const { file, patient } = cells
    const inside = file.split('/').every(part => part !== '' && !/^\.+$/.test(part) && !part.includes('\\'))
    if (!inside) throw fail('this is not a path inside the folder', file)
    if (seen.has(file)) throw fail('the file comes twice', file)
    seen.add(file)
    if (!patient) throw fail('the patient is missing', file, 'a name or number, so that no patient is on two sides')
    const fold = cells.fold === '' ? 0 : Number(cells.fold)
    if (!(Number.isInteger(fold) && fold >= (cells.fold === '' ? 0 : 1) && fold <= 10))
      throw fail('no such fold', cells.fold, '1 to 10')
    const own = cells.labels.split(/\s+/).filter(Boolean)
    for (const label of own) {
      if (labels.includes(label)) continue
      const near = closest(label, labels)
      throw fail('no such label', label, `${labels.join(', ')}${near ? `; ${near}?` : ''}`)
    }
    const indices = [...new Set(own.map(label => labels.indexOf(label)))].sort((a, b) => a - b)
    return { id: file, patient, fold, labels: indices, path: file }
  })
}

function withFolds(plans: readonly FilePlan[], seed: number, where: string): FilePlan[] {
  const open = plans.filter(({ fold }) => fold === 0)
  if (open.length === 0) return plans.slice()
  if (open.length < plans.length) {
    const [problem, got] = ['some files have a fold and others have none', open[0].id]
    throw new HolterError({ stage: 'ecg', where, problem, got, expected: 'a fold for each or for none', hint: HINT })
  }
  const patients = new Set(plans.map(({ patient }) => patient)).size
  if (patients < FOLDS) {
    throw new HolterError({
      stage: 'ecg',
      where,
      problem: 'no file has a fold, and there are too few patients to deal them to ten',
      got: patients,
      expected: `at least ${FOLDS}`,
      hint: 'Give each file a fold: 1 to 8 to train, 9 to validate, 10 to test',
    })
  }
  const fold = dealFolds(plans, { folds: FOLDS, seed, labelsOf: i => plans[i].labels })
  return plans.map((plan, i) => ({ ...plan, fold: fold[i] + 1 }))
}

/** No patient may be on two of the three sides. */
function refuseLeaks(plans: readonly FilePlan[], where: string): void {
  const first = new Map<string, FilePlan>()
  const place = ({ id, fold }: FilePlan) => `${id} in fold ${fold} (${splitOfFold(fold)})`
  for (const plan of plans) {
    const other = first.get(plan.patient) ?? plan
    first.set(plan.patient, other)
    if (splitOfFold(other.fold) === splitOfFold(plan.fold)) continue
    const problem = `patient ${plan.patient} is on two sides: ${place(other)}, ${place(plan)}`
    throw new HolterError({ stage: 'ecg', where, problem, hint: 'Give all files of a patient to one of them' })
  }
}

function packEcg(path: string, form: Form, declared: Declared | undefined, out: PackedSignals, index: number): void {
  const { leads, misfits } = toForm(readEcg(path, declared), form)
  const fail = (misfit: Misfit) => new HolterError({ stage: 'ecg', where: path, ...misfit })
  if (misfits.length > 0) throw fail(misfits[0])
  if (leads[0].length !== form.samples)
    throw fail({ problem: 'wrong length', got: leads[0].length, expected: form.samples })
  const [invalid] = packStretch(leads, 0, form, out, index)
  if (invalid) throw fail(invalid)
}
