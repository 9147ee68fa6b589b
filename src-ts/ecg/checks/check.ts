import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../../errors.ts'
import type { Form } from '../datasets/pack-record.ts'
import { readHeader } from '../formats/wfdb-header.ts'
import { type PhysicalRecord, readPhysical } from '../formats/wfdb-record.ts'
import type { ReadOptions } from '../formats/wfdb-signals.ts'
import { FLAT_MILLIVOLTS, OFFSET_MILLIVOLTS, RANGE_MILLIVOLTS } from '../signal/lead-limits.ts'
import { limbLeadsProblem } from '../signal/limb-leads.ts'
import { flatRuns, type Run, railRuns } from '../signal/runs.ts'
import { unitsPerMillivolt } from '../signal/voltage-units.ts'

/** What is wrong with a record; an empty list of problems means nothing that these checks know. */
export interface Verdict {
  /** Path of the record below the folder, without extension. */
  readonly record: string
  readonly problems: readonly Finding[]
}

export interface Finding {
  readonly kind: 'unreadable' | 'length' | 'invalid samples' | 'flat' | 'offset' | 'saturated' | 'units' | 'limb leads'
  /** One clause for people. */
  readonly text: string
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
    const problems = checkRecord(join(dir, record), expected, options)
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
  const leads = new Map<string, Float64Array>()
  for (const [index, { name: lead, units, values, samplesPerFrame }] of signals.entries()) {
    const name = lead || `signal ${index}`
    const missing = values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0)
    if (missing > 0) problems.push({ kind: 'invalid samples', text: `${name}: ${missing} of ${values.length}` })
    // Of breath, pressure and the like nothing more is known.
    const perMillivolt = unitsPerMillivolt(units)
    if (perMillivolt === undefined) continue
    const millivolts = values.map(value => value / perMillivolt)
    problems.push(...checkLead(name, millivolts, header.sampleRateHz * samplesPerFrame))
    leads.set(name.toUpperCase(), millivolts)
  }
  const limbs = limbLeadsProblem(leads)
  if (limbs) problems.push({ kind: 'limb leads', text: limbs })
  return problems
}

/** What is wrong with the voltages of a lead. */
function checkLead(name: string, values: Float64Array, samplesPerSecond: number): Finding[] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  const range = most - least
  if (!(range >= 0)) return []
  const problems: Finding[] = []
  const add = (kind: Finding['kind'], text: string) => problems.push({ kind, text: `${name}: ${text}` })
  if (Math.max(-least, most) > OFFSET_MILLIVOLTS) {
    const sorted = values.filter(value => !Number.isNaN(value)).sort()
    const middle = sorted[sorted.length >> 1]
    if (Math.abs(middle) > OFFSET_MILLIVOLTS) add('offset', `lies at ${middle.toFixed(0)} mV`)
  }
  const rails = railRuns(values)
  for (const { start, end } of longestAtEachValue(rails, values)) {
    add('saturated', `${end - start} samples in a row at ${values[start]}`)
  }
  // A lead on a rail stands still there as well, and reaches far; the rail is what is to be said.
  if (rails.length > 0) return problems
  if (range > RANGE_MILLIVOLTS) add('units', `ranges over ${range.toFixed(0)} mV; are these microvolts`)
  const [still] = flatRuns(values, samplesPerSecond).sort((a, b) => b.end - b.start - a.end + a.start)
  if (still) add('flat', `${((still.end - still.start) / samplesPerSecond).toFixed(2)} s at ${values[still.start]}`)
  else if (range < FLAT_MILLIVOLTS) add('flat', `${range.toFixed(3)} mV between its extremes; are the units right`)
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
