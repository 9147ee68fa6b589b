import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../errors.ts'
import { limbLeadsProblem } from './limb-leads.ts'
import type { Form } from './pack-record.ts'
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

/** Equal samples for so long are no heart; in a good record of PTB-XL the longest rest between beats is some 0.35 s. */
const FLAT_SECONDS = 0.5
/** Equal samples in a row, at the highest or lowest value of a lead, that make a rail of it. */
const RAIL_SAMPLES = 8
/** No rail lies nearer to the mean than this: a lead at rest may well keep its lowest value for some samples. */
const RAIL_MILLIVOLTS = 1.5

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
  let [valid, sum, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (Number.isNaN(value)) continue
    valid++
    sum += value
    if (value < least) least = value
    if (value > most) most = value
  }
  if (valid < values.length) {
    problems.push({ kind: 'invalid samples', text: `${name}: ${values.length - valid} of ${values.length}` })
  }
  if (valid === 0) return problems
  const still = longestRun(values)
  if (still.samples >= Math.min(FLAT_SECONDS * samplesPerSecond, values.length)) {
    const seconds = (still.samples / samplesPerSecond).toFixed(2)
    return [...problems, { kind: 'flat', text: `${name}: ${seconds} s at ${still.value}` }]
  }
  if (most - least > RANGE_MILLIVOLTS) {
    problems.push({ kind: 'units', text: `${name}: ranges over ${(most - least).toFixed(0)} mV; are these microvolts` })
  }
  for (const rail of [least, most]) {
    const run = longestRun(values, rail).samples
    if (run >= RAIL_SAMPLES && Math.abs(rail - sum / valid) >= RAIL_MILLIVOLTS) {
      problems.push({ kind: 'saturated', text: `${name}: ${run} samples in a row at ${rail}` })
    }
  }
  return problems
}

/** Returns the longest run of equal samples, of the value given or of any. NaN equals nothing. */
function longestRun(values: Float64Array, only?: number): { samples: number; value: number } {
  let longest = { samples: 0, value: Number.NaN }
  let run = 0
  for (let i = 0; i < values.length; i++) {
    run = values[i] === values[i - 1] ? run + 1 : Number.isNaN(values[i]) ? 0 : 1
    if (run > longest.samples && (only === undefined || values[i] === only))
      longest = { samples: run, value: values[i] }
  }
  return longest
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
