import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { readCsv } from '../formats/csv.ts'
import { DATABASE_FILE, locatePtbXl } from './ptb-xl-labels.ts'

const TEST_FOLD = 10

/**
 * Returns a test of whether a record (path without extension) at or below `dir` belongs to the test fold of PTB-XL. Looking at such
 * records while one works is how a test set stops being one, so that only the evaluation on it opens them. Where neither `dir` nor a
 * folder above or a data set below it holds PTB-XL's table, no record does.
 */
export function testFoldOf(dir: string): (record: string) => boolean {
  const ancestors = ['.', '..', '../../..'].map(up => resolve(dir, up))
  const folder = ancestors.find(place => existsSync(join(place, DATABASE_FILE))) ?? locatePtbXl(dir)
  if (folder === undefined) return () => false
  const columns = ['ecg_id', 'strat_fold'] as const
  const rows = readCsv(
    join(folder, DATABASE_FILE),
    columns,
    'Use the tables of PTB-XL 1.0.3 as PhysioNet publishes them',
  )
  const held = new Set<number>()
  for (const { cells } of rows) if (Number(cells.strat_fold) === TEST_FOLD) held.add(Number(cells.ecg_id))
  return record => {
    const id = /^(\d+)_[lh]r$/.exec(basename(record))?.[1]
    return id !== undefined && held.has(Number(id))
  }
}
