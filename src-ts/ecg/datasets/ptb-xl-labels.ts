import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../../errors.ts'
import { readCsv } from '../formats/csv.ts'
import { type RecordPlan, splitOfFold } from './packed-dataset.ts'
import { parsePythonDict } from './python-dict.ts'

/** The file whose presence makes a folder a PTB-XL folder. */
export const DATABASE_FILE = 'ptbxl_database.csv'
const STATEMENTS_FILE = 'scp_statements.csv'
const HINT = 'Use the tables of PTB-XL 1.0.3 as PhysioNet publishes them'

/** Names under which the data set is found below a data root: ours, PhysioNet's zip, and PhysioNet's `wget -r`. */
const FOLDERS = [
  '.',
  'ptb-xl',
  'ptb-xl-a-large-publicly-available-electrocardiography-dataset-1.0.3',
  'physionet.org/files/ptb-xl/1.0.3',
]

/** Returns the folder with PTB-XL in its official layout at or below `root`, or undefined. */
export function locatePtbXl(root: string): string | undefined {
  return FOLDERS.map(folder => join(root, folder)).find(folder => existsSync(join(folder, DATABASE_FILE)))
}

/** A labelled record of the database. */
export interface PtbXlRecord extends RecordPlan {
  /** Paths of the 100 Hz record below the data set's folder, without extension. */
  readonly path100: string
  /** The same record at 500 Hz; undefined unless asked for. */
  readonly path500?: string
  /** Keys of its `scp_codes`: diagnoses, forms and rhythms alike. */
  readonly statements: readonly string[]
}

/** How finely diagnoses are told apart: 5 superclasses, 23 subclasses, or the 44 diagnostic statements themselves. */
export type DiagnosticLevel = 'superclass' | 'subclass' | 'statement'

/** The column of the table of statements that names a statement's label; that of the statements' own names has no name itself. */
const LEVEL_COLUMN = { superclass: 'diagnostic_class', subclass: 'diagnostic_subclass', statement: '' } as const

export interface PtbXlLabels {
  /** In the order of the table. */
  readonly records: readonly PtbXlRecord[]
  readonly withoutSuperclass: number
}

/**
 * Returns the records of PTB-XL with their diagnostic superclasses: every key of `scp_codes` that is a diagnostic statement counts,
 * whatever its likelihood, 0 included; a record without any is left out and counted. `labels` fixes the indices.
 * A patient on two sides of the split is an error. Source: Strodthoff et al., IEEE J-BHI 25(5), 2021 (helme/ecg_ptbxl_benchmarking).
 */
export function readSuperclasses(dir: string, labels: readonly string[]): PtbXlLabels {
  return readDiagnoses(dir, labels, 'superclass')
}

/** Returns the labels of a level in alphabetical order, as the table of statements in `dir` has them. */
export function diagnosticLabels(dir: string, level: DiagnosticLevel): string[] {
  return [...new Set(readStatements(dir, level).map(({ label }) => label))].sort()
}

/** As readSuperclasses, at any level; with `with500`, the paths of the 500 Hz records as well. */
export function readDiagnoses(
  dir: string,
  labels: readonly string[],
  level: DiagnosticLevel,
  { with500 = false } = {},
): PtbXlLabels {
  const labelOf = new Map<string, number>()
  for (const { where, statement, label } of readStatements(dir, level)) {
    const index = labels.indexOf(label)
    if (index < 0) throw invalid(where, `no such ${level}`, label, labels.join(', '))
    labelOf.set(statement, index)
  }
  const columns = [
    ...(['ecg_id', 'patient_id', 'scp_codes', 'strat_fold', 'filename_lr'] as const),
    ...(with500 ? (['filename_hr'] as const) : []),
  ]
  const rows = readCsv(join(dir, DATABASE_FILE), columns, HINT)
  const ids = new Set<string>()
  const records: PtbXlRecord[] = []
  for (const { where, cells } of rows) {
    const id = wholeNumber(cells.ecg_id, `${where}, ecg_id`)
    if (ids.has(id)) throw invalid(`${where}, ecg_id`, 'the record comes twice', id)
    ids.add(id)
    const found = new Set<number>()
    const statements = [...parsePythonDict(cells.scp_codes, `${where}, scp_codes`).keys()]
    for (const code of statements) {
      const label = labelOf.get(code)
      if (label !== undefined) found.add(label)
    }
    const patient = wholeNumber(cells.patient_id, `${where}, patient_id`)
    const fold = Number(wholeNumber(cells.strat_fold, `${where}, strat_fold`))
    if (fold < 1 || fold > 10) throw invalid(`${where}, strat_fold`, 'no such fold', cells.strat_fold, '1 to 10')
    const path100 = recordPath(cells.filename_lr, `${where}, filename_lr`)
    const path500 = with500 ? recordPath(cells.filename_hr, `${where}, filename_hr`) : undefined
    const own = [...found].sort((a, b) => a - b)
    if (own.length > 0) records.push({ id, patient, fold, labels: own, path100, path500, statements })
  }
  refuseLeak(records, join(dir, DATABASE_FILE))
  return { records, withoutSuperclass: rows.length - records.length }
}

/** Returns every diagnostic statement with its label. */
function readStatements(dir: string, level: DiagnosticLevel): { where: string; statement: string; label: string }[] {
  const column = LEVEL_COLUMN[level]
  const columns = level === 'statement' ? (['', 'diagnostic'] as const) : (['', 'diagnostic', column] as const)
  return readCsv(join(dir, STATEMENTS_FILE), columns, HINT)
    .filter(({ cells }) => Number(cells.diagnostic) === 1)
    .map(({ where, cells }) => ({
      where: `${where}, ${column || 'name'}`,
      statement: cells[''],
      label: (cells as Record<string, string>)[column],
    }))
}

/** A patient whose records lie on two sides of the split would be learnt by heart and then recognized. */
function refuseLeak(records: readonly PtbXlRecord[], path: string): void {
  const firstOf = new Map<string, PtbXlRecord>()
  for (const record of records) {
    const first = firstOf.get(record.patient)
    if (!first) {
      firstOf.set(record.patient, record)
    } else if (splitOfFold(first.fold) !== splitOfFold(record.fold)) {
      const side = ({ id, fold }: PtbXlRecord) => `record ${id}, fold ${fold} (${splitOfFold(fold)})`
      throw new HolterError({
        stage: 'ecg',
        where: path,
        problem: `patient ${record.patient} is on two sides of the split: ${side(first)} and ${side(record)}`,
        hint: 'Put all records of a patient into one fold',
      })
    }
  }
}

/** Identifiers are whole numbers; pandas writes a column of them that has gaps as 15709.0. */
function wholeNumber(cell: string, where: string): string {
  const digits = /^(\d{1,15})(?:\.0*)?$/.exec(cell)?.[1]
  if (digits === undefined)
    throw invalid(where, 'this is not a whole number', JSON.stringify(cell.slice(0, 40)), 'such as 15709')
  return digits
}

/** Paths come from a file: they must not lead out of the folder. */
function recordPath(cell: string, where: string): string {
  const parts = cell.split('/')
  if (parts.every(part => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part))) return cell
  throw invalid(
    where,
    'this is not a path inside the data folder',
    JSON.stringify(cell.slice(0, 60)),
    'such as records100/00000/00001_lr',
  )
}

function invalid(where: string, problem: string, got: string, expected?: string): HolterError {
  return new HolterError({ stage: 'ecg', where, problem, got, expected, hint: HINT })
}
