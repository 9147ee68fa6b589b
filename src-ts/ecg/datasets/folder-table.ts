import { join } from 'node:path'
import { closest, HolterError } from '../../errors.ts'
import { readCsv } from '../formats/csv.ts'
import type { LabelKind } from './dataset.ts'
import { type RecordPlan, splitOfFold } from './packed-dataset.ts'
import { dealFolds } from './splits.ts'

/** The table that makes a folder of files a data set. */
export const LABELS_FILE = 'labels.csv'
const HINT = 'A row has a file, its labels with blanks between them, its patient and, if you like, a fold 1 to 10'
/** Into which patients are dealt. */
const FOLDS = 10

/** A record of a folder: a row of its table. */
export interface FilePlan extends RecordPlan {
  /** Below the folder. */
  readonly path: string
}

/** What a folder's table says, and all that is wrong with it. */
export interface FolderTable {
  readonly plans: readonly FilePlan[]
  readonly problems: readonly HolterError[]
  /** The files of all rows, those with problems among them, as far as they lie in the folder. */
  readonly files: readonly string[]
}

/** What the table is held against. */
export interface LabelForm {
  readonly kind: LabelKind
  readonly labels: readonly string[]
}

/**
 * Reads the table of a folder: columns file, labels, patient and, optionally, fold, between commas, semicolons or tabs. Where no file has a
 * fold, patients are dealt to ten folds with equal shares of each label. What is wrong is returned, row by row; a table that cannot be
 * read at all is thrown.
 */
export function readFolderTable(dir: string, form: LabelForm, seed = 0): FolderTable {
  const where = join(dir, LABELS_FILE)
  const rows = readCsv(where, ['file', 'labels', 'patient', 'fold'] as const, HINT, ['fold'])
  const problems: HolterError[] = []
  const seen = new Set<string>()
  const plans = rows.flatMap(({ where, cells }) => {
    const wrong = problemsOfRow(where, cells, form, seen)
    problems.push(...wrong)
    seen.add(cells.file)
    return wrong.length > 0 ? [] : [planOf(cells, form.labels)]
  })
  const folds = problemOfFolds(plans, where)
  const files = [...seen].filter(isInside)
  if (folds) return { plans, problems: [...problems, folds], files }
  const dealt = plans.some(({ fold }) => fold === 0) ? deal(plans, seed) : plans
  return { plans: dealt, problems: [...problems, ...leaks(dealt, where)], files }
}

type Cells = Readonly<Record<'file' | 'labels' | 'patient' | 'fold', string>>

const labelsIn = (cell: string) => cell.split(/\s+/).filter(Boolean)

function problemsOfRow(where: string, cells: Cells, form: LabelForm, seen: ReadonlySet<string>): HolterError[] {
  const problems: HolterError[] = []
  const add = (column: keyof Cells, problem: string, got?: string, expected?: string) => {
    const place = `${where}, column ${column}`
    const shown = got === undefined ? undefined : JSON.stringify(got.slice(0, 60))
    problems.push(new HolterError({ stage: 'ecg', where: place, problem, got: shown, expected, hint: HINT }))
  }
  const { file, patient, fold } = cells
  if (!file) add('file', 'the cell is empty', undefined, 'a path inside the folder')
  else if (!isInside(file)) add('file', 'this is not a path inside the folder', file)
  else if (seen.has(file)) add('file', 'the file comes twice', file)
  if (!patient) add('patient', 'the cell is empty', undefined, 'a name or number, so that no patient is on two sides')
  if (fold && !/^([1-9]|10)$/.test(fold)) add('fold', 'no such fold', fold, '1 to 10')
  const own = labelsIn(cells.labels)
  for (const label of own.filter(label => !form.labels.includes(label))) {
    const near = closest(label, form.labels)
    add('labels', 'no such label', label, `${form.labels.join(', ')}${near ? `; ${near}?` : ''}`)
  }
  if (form.kind === 'single-label' && new Set(own).size !== 1) {
    if (own.length === 0) add('labels', 'the cell is empty', undefined, `one of ${form.labels.join(', ')}`)
    else add('labels', 'labels of this task exclude each other', cells.labels, `one of ${form.labels.join(', ')}`)
  }
  return problems
}

/** Whether a path leads nowhere but below the folder. */
function isInside(file: string): boolean {
  return file.split('/').every(part => part !== '' && !/^\.+$/.test(part) && !part.includes('\\'))
}

function planOf({ file, labels, patient, fold }: Cells, known: readonly string[]): FilePlan {
  const indices = [...new Set(labelsIn(labels).map(label => known.indexOf(label)))].sort((a, b) => a - b)
  return { id: file, patient, fold: Number(fold), labels: indices, path: file }
}

/** Folds are for all files or for none, and ten of them need ten patients. */
function problemOfFolds(plans: readonly FilePlan[], where: string): HolterError | undefined {
  const open = plans.filter(({ fold }) => fold === 0)
  if (open.length === 0) return undefined
  if (open.length < plans.length) {
    const [problem, got] = ['some files have a fold and others have none', open[0].id]
    return new HolterError({ stage: 'ecg', where, problem, got, expected: 'a fold for each or for none', hint: HINT })
  }
  const patients = new Set(plans.map(({ patient }) => patient)).size
  if (patients >= FOLDS) return undefined
  return new HolterError({
    stage: 'ecg',
    where,
    problem: 'no file has a fold, and there are too few patients to deal them to ten',
    got: patients,
    expected: `at least ${FOLDS}`,
    hint: 'Give each file a fold: 1 to 8 to train, 9 to validate, 10 to test',
  })
}

function deal(plans: readonly FilePlan[], seed: number): FilePlan[] {
  const fold = dealFolds(plans, { folds: FOLDS, seed, labelsOf: i => plans[i].labels })
  return plans.map((plan, i) => ({ ...plan, fold: fold[i] + 1 }))
}

/** Each patient who is on two of the three sides. */
function leaks(plans: readonly FilePlan[], where: string): HolterError[] {
  const first = new Map<string, FilePlan>()
  const told = new Set<string>()
  const place = ({ id, fold }: FilePlan) => `${id} in fold ${fold} (${splitOfFold(fold)})`
  return plans.flatMap(plan => {
    const { patient } = plan
    const other = first.get(patient) ?? plan
    first.set(patient, other)
    if (splitOfFold(other.fold) === splitOfFold(plan.fold) || told.has(patient)) return []
    told.add(patient)
    const problem = `patient ${patient} is on two sides: ${place(other)}, ${place(plan)}`
    return [new HolterError({ stage: 'ecg', where, problem, hint: 'Give all files of a patient to one of them' })]
  })
}
