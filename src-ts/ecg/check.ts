import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../errors.ts'
import { limbLeadsProblem } from './limb-leads.ts'
import type { Form } from './pack-record.ts'
import { flatRuns, type Run, railRuns } from './runs.ts'
import { readHeader } from './wfdb-header.ts'
import { type PhysicalRecord, readPhysical } from './wfdb-record.ts'

/** What is wrong with a record; an empty list of problems means nothing that these checks know. */
export interface Verdict {
  /** Path of the record below the folder, without extension. */
  readonly record: string
  readonly problems: readonly Finding[]
}

export interface Finding {
  readonly kind: 'unreadable' | 'length' | 'invalid samples' | 'flat' | 'saturated' | 'units' | 'limb leads'
  /** One clause for people. */
  readonly text: string
}

/** No heart, pacemaker or bump of an electrode reaches it: microvolts were taken for millivolts. PTB-XL's largest spikes have 28 mV. */
const RANGE_MILLIVOLTS = 100

/** What all records of a folder are to have in common. */
export type Expected = Partial<Pick<Form, 'samples' | 'sampleRateHz'>>

/**
 * Yields a verdict for each of `records` (paths below `dir`, from findRecords); with `expected`, length and rate are compared as well.
 * Layouts of multi-segment records hold no samples and are passed over.
 */
export function* checkRecords(dir: string, records: readonly string[], expected?: Expected): Generator<Verdict> {
  for (const record of records) {
    const problems = checkRecord(join(dir, record), expected)
    if (problems.some(({ kind }) => kind === 'unreadable') && isLayout(join(dir, record))) continue
    yield { record, problems }
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
export function checkRecord(path: string, expected?: Expected): Finding[] {
  let record: PhysicalRecord
  try {
    record = readPhysical(path)
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
  const leads = new Map<string, Float64Array>()
  for (const [index, { name: lead, values, samplesPerFrame }] of signals.entries()) {
    const name = lead || `signal ${index}`
    problems.push(...checkLead(name, values, header.sampleRateHz * samplesPerFrame))
    leads.set(name.toUpperCase(), values)
  }
  const limbs = limbLeadsProblem(leads)
  if (limbs) problems.push({ kind: 'limb leads', text: limbs })
  return problems
}

function checkLead(name: string, values: Float64Array, samplesPerSecond: number): Finding[] {
  const problems: Finding[] = []
  let [valid, least, most] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (Number.isNaN(value)) continue
    valid++
    if (value < least) least = value
    if (value > most) most = value
  }
  if (valid < values.length) {
    problems.push({ kind: 'invalid samples', text: `${name}: ${values.length - valid} of ${values.length}` })
  }
  if (most - least > RANGE_MILLIVOLTS) {
    problems.push({ kind: 'units', text: `${name}: ranges over ${(most - least).toFixed(0)} mV; are these microvolts` })
  }
  const rails = railRuns(values)
  for (const { start, end } of longestAtEachValue(rails, values)) {
    problems.push({ kind: 'saturated', text: `${name}: ${end - start} samples in a row at ${values[start]}` })
  }
  // A lead on a rail stands still there as well; the rail is what is to be said.
  const [still] = rails.length
    ? []
    : flatRuns(values, samplesPerSecond).sort((a, b) => b.end - b.start - a.end + a.start)
  if (still) {
    const seconds = ((still.end - still.start) / samplesPerSecond).toFixed(2)
    problems.push({ kind: 'flat', text: `${name}: ${seconds} s at ${values[still.start]}` })
  }
  return problems
}

function longestAtEachValue(runs: readonly Run[], values: Float64Array): Run[] {
  const longest = new Map<number, Run>()
  for (const run of runs) {
    const before = longest.get(values[run.start])
    if (!before || run.end - run.start > before.end - before.start) longest.set(values[run.start], run)
  }
  return [...longest.values()]
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
