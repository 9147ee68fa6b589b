import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../../errors.ts'
import type { Form } from '../datasets/pack-record.ts'
import { readHeader } from '../formats/wfdb-header.ts'
import { type PhysicalRecord, readPhysical } from '../formats/wfdb-record.ts'
import { lacksChecksums, type ReadOptions } from '../formats/wfdb-signals.ts'
import { unitsPerMillivolt } from '../signal/voltage-units.ts'
import { type CheckedLead, checkLeads, type Finding, missingSamples } from './check-leads.ts'

/** What is wrong with a record; an empty list of problems means nothing that these checks know. */
export interface Verdict {
  /** Path of the record below the folder, without extension. */
  readonly record: string
  readonly problems: readonly Finding[]
  /** The header states the checksum 0 throughout, so that nobody can tell whether the samples are the ones that were written. */
  readonly lacksChecksums?: boolean
}

/** What all records of a folder are to have in common. */
export type Expected = Partial<Pick<Form, 'samples' | 'sampleRateHz'>>

/**
 * Yields a verdict for each of `records` (paths below `dir`, from findRecords); with `expected`, length and rate are compared as well; `options` may leave out checksums.
 * Layouts of multi-segment records hold no samples and are passed over.
 */
export function* checkRecords(
  dir: string,
  records: readonly string[],
  expected?: Expected,
  options: ReadOptions = {},
): Generator<Verdict> {
  for (const record of records) {
    const path = join(dir, record)
    const problems = checkRecord(path, expected, options)
    const header = problems.some(({ kind }) => kind === 'unreadable') ? undefined : readHeader(`${path}.hea`)
    if (!header && isLayout(path)) continue
    yield { record, problems, ...(header && lacksChecksums(header) && { lacksChecksums: true }) }
  }
}

function isLayout(path: string): boolean {
  try {
    const { signals } = readHeader(`${path}.hea`)
    return signals.length > 0 && signals.every(({ file }) => file === '~')
  } catch {
    return false
  }
}

/** Returns what is wrong with one record (path without extension). */
export function checkRecord(path: string, expected?: Expected, options: ReadOptions = {}): Finding[] {
  let record: PhysicalRecord
  try {
    record = readPhysical(path, options)
  } catch (error) {
    if (!(error instanceof HolterError)) throw error
    return [{ kind: 'unreadable', text: error.detail.problem }]
  }
  const { header, frames, signals } = record
  const problems: Finding[] = []
  const { samples = frames, sampleRateHz = header.sampleRateHz } = expected ?? {}
  if (frames !== samples || header.sampleRateHz !== sampleRateHz) {
    const text = `${frames} samples at ${header.sampleRateHz} Hz, ${samples} at ${sampleRateHz} Hz expected`
    problems.push({ kind: 'length', text })
  }
  const leads: CheckedLead[] = []
  for (const [index, { name: lead, units, values, samplesPerFrame }] of signals.entries()) {
    const name = lead || `signal ${index}`
    const missing = missingSamples(name, values)
    if (missing) problems.push(missing)
    // Of breath, pressure and the like nothing more is known.
    const perMillivolt = unitsPerMillivolt(units)
    if (perMillivolt === undefined) continue
    const millivolts = values.map(value => value / perMillivolt)
    leads.push({ name, millivolts, sampleRateHz: header.sampleRateHz * samplesPerFrame })
  }
  return [...problems, ...checkLeads(leads)]
}

/**
 * Returns the paths of all WFDB records at or below a folder, without extension, sorted, `/` between their parts on every system.
 * A folder that holds none is an error.
 */
export function findRecords(dir: string): string[] {
  const records = namesBelow(dir)
    .filter(name => name.endsWith('.hea'))
    .map(name => name.slice(0, -'.hea'.length).replaceAll('\\', '/'))
    .sort()
  if (records.length === 0) throw folderProblem(dir, 'no WFDB record (.hea) at or below this folder')
  return records
}

function namesBelow(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true, encoding: 'utf8' })
  } catch (error) {
    throw folderProblem(dir, `the folder cannot be listed, the system says ${(error as NodeJS.ErrnoException).code}`)
  }
}

function folderProblem(dir: string, problem: string): HolterError {
  return new HolterError({ stage: 'ecg', where: dir, problem, hint: 'Check the path' })
}
