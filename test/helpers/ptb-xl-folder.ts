import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeRecord } from './wfdb-files.ts'

export const LEADS = ['I', 'II', 'III', 'AVR', 'AVL', 'AVF', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6']

export interface TableRow {
  readonly id: number
  readonly patient: number
  readonly fold: number
  readonly codes: string
}

export const STATEMENTS = `,description,diagnostic,form,rhythm,diagnostic_class
NORM,normal ECG,1.0,,,NORM
IMI,inferior myocardial infarction,1.0,,,MI
LVH,left ventricular hypertrophy,1.0,,,HYP
SR,sinus rhythm,,,1.0,
`

/** The label table; its column `report` holds quotes, commas and newlines, as reports do. */
export function table(rows: readonly TableRow[]): string {
  const lines = rows.map(
    ({ id, patient, fold, codes }) =>
      `${id},${patient}.0,"said ""normal"",\nthen, nothing",1984-11-09 09:17:34,"${codes}",${fold},${path100(id)}`,
  )
  return ['ecg_id,patient_id,report,recording_date,scp_codes,strat_fold,filename_lr', ...lines, ''].join('\n')
}

export function path100(id: number): string {
  return `records100/00000/${`${id}`.padStart(5, '0')}_lr`
}

export const ROWS: readonly TableRow[] = [
  { id: 1, patient: 7, fold: 1, codes: "{'NORM': 80.0, 'SR': 0.0}" },
  { id: 4, patient: 7, fold: 1, codes: "{'LVH': 0.0, 'IMI': 15.0}" },
  { id: 5, patient: 8, fold: 8, codes: "{'SR': 100.0}" },
  { id: 6, patient: 9, fold: 9, codes: "{'IMI': 100.0}" },
  { id: 9, patient: 3, fold: 10, codes: "{'NORM': 100.0}" },
]

/** Writes a small data set in PTB-XL's layout; sample i of lead l in record r is r × 100 + l × 10 + i % 7, in microvolts. */
export function writePtbXl(dir: string, rows: readonly TableRow[] = ROWS, leads: readonly string[] = LEADS): void {
  mkdirSync(join(dir, 'records100/00000'), { recursive: true })
  writeFileSync(join(dir, 'ptbxl_database.csv'), table(rows))
  writeFileSync(join(dir, 'scp_statements.csv'), STATEMENTS)
  for (const { id } of rows) {
    const signals = leads.map(name => ({
      name,
      digital: Array.from({ length: 1000 }, (_, i) => id * 100 + LEADS.indexOf(name.toUpperCase()) * 10 + (i % 7)),
      gain: '1000.0(0)/mV 16 0',
    }))
    writeRecord(join(dir, 'records100/00000'), path100(id).slice(-8), 16, signals)
  }
}
