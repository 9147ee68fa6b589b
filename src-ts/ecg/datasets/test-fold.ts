import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { readCsv } from '../formats/csv.ts'
import { DATABASE_FILE, locatePtbXl } from './ptb-xl-labels.ts'

const TEST_FOLD = 10

/**
 * Returns a test of whether a record (path without extension) at or below `dir` belongs to the test fold of PTB-XL. Looking at such
 * records while one works is how a test set stops being one, so that only the evaluation on it opens them. Where neither `dir` nor a
 * folder above or a data set below it holds PTB-XL's table, no record does.
 */
export function testFoldOf(dir: string): (record: string) => boolean {
  const folder = tableAbove(dir) ?? locatePtbXl(dir)
  return folder === undefined ? () => false : heldBy(idsHeldBack(folder))
}

/** Returns the same test for records of any folders; the tables above them are read once each. */
export function testFold(): (record: string) => boolean {
  const folders = new Map<string, string | undefined>()
  const tables = new Map<string, (record: string) => boolean>()
  return record => {
    const dir = dirname(resolve(record))
    if (!folders.has(dir)) folders.set(dir, tableAbove(dir))
    const folder = folders.get(dir)
    if (folder === undefined) return false
    const held = tables.get(folder) ?? heldBy(idsHeldBack(folder))
    tables.set(folder, held)
    return held(record)
  }
}

function tableAbove(dir: string): string | undefined {
  const ancestors = ['.', '..', '../..', '../../..'].map(up => resolve(dir, up))
  return ancestors.find(place => existsSync(join(place, DATABASE_FILE)))
}

function idsHeldBack(folder: string): Set<number> {
  const columns = ['ecg_id', 'strat_fold'] as const
  const rows = readCsv(
    join(folder, DATABASE_FILE),
    columns,
    'Use the tables of PTB-XL 1.0.3 as PhysioNet publishes them',
  )
  const held = new Set<number>()
  for (const { cells } of rows) if (Number(cells.strat_fold) === TEST_FOLD) held.add(Number(cells.ecg_id))
  return held
}

function heldBy(held: ReadonlySet<number>): (record: string) => boolean {
  return record => {
    const id = /^(\d+)_[lh]r$/.exec(basename(record))?.[1]
    return id !== undefined && held.has(Number(id))
  }
}
