import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../errors.ts'
import { limbLeadsProblem } from './limb-leads.ts'
import type { Form } from './pack-record.ts'
import { physical, readRecord, type WfdbRecord } from './wfdb-signals.ts'

/** What is wrong with a record; an empty list of problems means nothing that these checks know. */
export interface Verdict {
  /** Path of the record below the folder, without extension. */
  readonly record: string
  readonly problems: readonly Finding[]
}

export interface Finding {
  readonly kind: 'unreadable' | 'length' | 'invalid samples' | 'flat' | 'saturated' | 'limb leads'
  /** One clause for people. */
  readonly text: string
}

/** Equal samples for so long are no heart; in a good record of PTB-XL the longest rest between beats is some 0.35 s. */
const FLAT_SECONDS = 0.5
/** Equal samples in a row, at the highest or lowest value of a lead, that make a rail of it. */
const RAIL_SAMPLES = 8
/** No rail lies nearer to the mean than this: a lead at rest may well keep its lowest value for some samples. */
const RAIL_MILLIVOLTS = 1.5

/** What all records of a folder are to have in common. */
export type Expected = Pick<Form, 'samples' | 'sampleRateHz'>

/**
 * Yields a verdict for every WFDB record at or below `dir`, in the order of their names; with `expected`, length and rate are
 * compared as well. A folder that holds no record is an error.
 */
export function* checkFolder(dir: string, expected?: Expected): Generator<Verdict> {
  const records = recordsBelow(dir)
  if (records.length === 0) throw folderProblem(dir, 'no WFDB record (.hea) at or below this folder')
  for (const record of records) yield { record, problems: checkRecord(join(dir, record), expected) }
}

/** Returns what is wrong with one record (path without extension). */
export function checkRecord(path: string, expected?: Expected): Finding[] {
  let record: WfdbRecord
  try {
    record = readRecord(path)
  } catch (error) {
    if (!(error instanceof HolterError)) throw error
    return [{ kind: 'unreadable', text: error.detail.problem }]
  }
  const { header, frames } = record
  const problems: Finding[] = []
  if (expected && !(frames === expected.samples && header.sampleRateHz === expected.sampleRateHz)) {
    const wanted = `${expected.samples} at ${expected.sampleRateHz} Hz expected`
    problems.push({ kind: 'length', text: `${frames} samples at ${header.sampleRateHz} Hz, ${wanted}` })
  }
  const leads = new Map<string, Float64Array>()
  for (const [index, signal] of header.signals.entries()) {
    const values = physical(signal, record.digital[index])
    const name = signal.description || `signal ${index}`
    problems.push(...checkLead(name, values, header.sampleRateHz * signal.samplesPerFrame))
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

/** Paths of all records below a folder, `/` between their parts on every system. */
function recordsBelow(dir: string): string[] {
  try {
    const names = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    return names
      .filter(name => name.endsWith('.hea'))
      .map(name => name.slice(0, -'.hea'.length).replaceAll('\\', '/'))
      .sort()
  } catch (error) {
    throw folderProblem(dir, `the folder cannot be listed, the system says ${(error as NodeJS.ErrnoException).code}`)
  }
}

function folderProblem(dir: string, problem: string): HolterError {
  return new HolterError({ stage: 'ecg', where: dir, problem, hint: 'Check the path' })
}
