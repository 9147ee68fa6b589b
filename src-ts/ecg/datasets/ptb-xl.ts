import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readRecord } from '../formats/wfdb-signals.ts'
import type { Opened, SplitName } from './dataset.ts'
import { withoutMissing } from './missing-files.ts'
import { openSplits, type Progress } from './open-splits.ts'
import { type Form, packRecord } from './pack-record.ts'
import { splitOfFold } from './packed-dataset.ts'
import { type DiagnosticLevel, type PtbXlRecord, readDiagnoses } from './ptb-xl-labels.ts'

/** A statement that fewer training records have is not learned along: there is too little to learn it from. */
const LEAST_RECORDS = 20

export interface PtbXlOptions {
  /** Leave out records whose files are missing, and count them, instead of refusing the folder. */
  readonly skipMissing?: boolean
  /** What the labels of the form are, default superclasses. */
  readonly level?: DiagnosticLevel
}

/**
 * Opens the records of PTB-XL in folder `dir` (official layout) with their diagnostic labels, at 100 Hz, or at 500 Hz if the form says so.
 * Source: Wagner et al., Scientific Data 7:154 (2020).
 *
 * Auxiliary labels are all statements of the table, diagnoses, forms and rhythms, that at least 20 training records have.
 * Checksums and initial values of all signals read are verified. Counts come from the label table; with `skipMissing`, records of
 * the opened splits whose files are missing are taken out of them and listed in `dropped['missing file']`.
 */
export async function openPtbXl(
  dir: string,
  form: Form & { readonly labels: readonly string[] },
  splits: readonly SplitName[],
  { skipMissing, level = 'superclass' }: PtbXlOptions = {},
  progress?: Progress,
): Promise<Opened> {
  const with500 = form.sampleRateHz === 500
  const { records, withoutSuperclass } = readDiagnoses(dir, form.labels, level, { with500 })
  const pathOf = ({ path100, path500 }: PtbXlRecord) => join(dir, path500 ?? path100)
  const { present, dropped } = withoutMissing(records, splits, { pathOf, isPresent, skipMissing })
  return openSplits(
    {
      name: 'ptb-xl',
      synthetic: false,
      source: dir,
      ...form,
      ...withStatements(present),
      dropped: { [`no ${level}`]: withoutSuperclass, ...dropped },
      files: record => [`${pathOf(record)}.hea`, `${pathOf(record)}.dat`],
      load(record, signals, index) {
        const path = pathOf(record)
        packRecord(readRecord(path), path, form, signals, index)
      },
    },
    splits,
    progress,
  )
}

/** Returns records with the statements that are frequent among those of the training folds as auxiliary labels, in alphabetical order. */
function withStatements(records: readonly PtbXlRecord[]) {
  const counts = new Map<string, number>()
  for (const { fold, statements } of records) {
    if (splitOfFold(fold) !== 'train') continue
    for (const statement of statements) counts.set(statement, (counts.get(statement) ?? 0) + 1)
  }
  const auxiliary = [...counts.keys()].filter(statement => counts.get(statement)! >= LEAST_RECORDS).sort()
  const places = new Map(auxiliary.map((statement, i) => [statement, i]))
  const plans = records.map(record => ({
    ...record,
    auxiliary: record.statements.flatMap(statement => places.get(statement) ?? []),
  }))
  return { auxiliary, plans }
}

function isPresent(path: string): boolean {
  return existsSync(`${path}.hea`) && existsSync(`${path}.dat`)
}
