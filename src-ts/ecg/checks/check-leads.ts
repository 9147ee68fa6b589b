import { MIN_RATE_HZ } from '../beats/qrs.ts'
import { EXCURSION_MILLIVOLTS, FLAT_MILLIVOLTS, OFFSET_MILLIVOLTS, RANGE_MILLIVOLTS } from '../signal/lead-limits.ts'
import { limbLeadsProblem } from '../signal/limb-leads.ts'
import { flatRuns, type Run, railRuns } from '../signal/runs.ts'
import { leadQuality, MIN_SECONDS } from './quality.ts'

/** Something that is wrong with a record. */
export interface Finding {
  readonly kind: FindingKind
  /** One clause for people. */
  readonly text: string
}

export type FindingKind =
  | 'unreadable'
  | 'table'
  | 'form'
  | 'length'
  | 'invalid samples'
  | 'flat'
  | 'offset'
  | 'saturated'
  | 'units'
  | 'excursion'
  | 'wander'
  | 'noisy'
  | 'limb leads'

export interface CheckedLead {
  readonly name: string
  /** NaN where a sample is missing. */
  readonly millivolts: Float64Array
  readonly sampleRateHz: number
}

/** Noise and wander are looked for in stretches of so many seconds, as `holter plot` draws them. */
const STRETCH_SECONDS = 10

/** Returns all that is wrong with the leads of a record, whatever its length. */
export function checkLeads(leads: readonly CheckedLead[]): Finding[] {
  const limbs = limbLeadsProblem(new Map(leads.map(({ name, millivolts }) => [name.toUpperCase(), millivolts])))
  return [
    ...leads.flatMap(lead => [...checkLead(lead), ...checkStretches(lead)]),
    ...(limbs ? [{ kind: 'limb leads', text: limbs } as const] : []),
  ]
}

/** Returns how many samples of a signal are missing, if any are. */
export function missingSamples(name: string, values: Float64Array): Finding | undefined {
  const missing = values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0)
  return missing > 0 ? { kind: 'invalid samples', text: `${name}: ${missing} of ${values.length}` } : undefined
}

/** What is heard between beats: noise and wander, of each kind the first stretch, and in how many it is. */
function checkStretches({ name, millivolts, sampleRateHz }: CheckedLead): Finding[] {
  if (sampleRateHz < MIN_RATE_HZ || millivolts.length < MIN_SECONDS * sampleRateHz) return []
  const size = Math.round(STRETCH_SECONDS * sampleRateHz)
  const count = Math.max(1, Math.floor(millivolts.length / size))
  const found = new Map<'noisy' | 'wander', { text: string; first: number; stretches: number }>()
  for (let i = 0; i < count; i++) {
    const end = i === count - 1 ? millivolts.length : (i + 1) * size
    for (const { kind, text } of leadQuality(name, millivolts.subarray(i * size, end), sampleRateHz).findings) {
      if (kind !== 'noisy' && kind !== 'wander') continue
      const before = found.get(kind)
      found.set(kind, before ? { ...before, stretches: before.stretches + 1 } : { text, first: i, stretches: 1 })
    }
  }
  return [...found].map(([kind, { text, first, stretches }]) => {
    const where =
      count === 1
        ? ''
        : `in ${stretches} of ${count} stretches of ${STRETCH_SECONDS} s, first at ${first * STRETCH_SECONDS} s: `
    return { kind, text: `${name}: ${where}${text}` }
  })
}

/** What can be seen of the samples alone. */
function checkLead({ name, millivolts: values, sampleRateHz: samplesPerSecond }: CheckedLead): Finding[] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  const range = most - least
  if (!(range >= 0)) return []
  const problems: Finding[] = []
  const add = (kind: Finding['kind'], text: string) => problems.push({ kind, text: `${name}: ${text}` })
  const sorted = values.filter(value => !Number.isNaN(value)).sort()
  const middle = sorted[sorted.length >> 1]
  if (Math.abs(middle) > OFFSET_MILLIVOLTS) add('offset', `lies at ${middle.toFixed(0)} mV`)
  const rails = railRuns(values)
  for (const { start, end } of longestAtEachValue(rails, values)) {
    add('saturated', `${end - start} samples in a row at ${values[start]}`)
  }
  // A lead on a rail stands still there as well, and reaches far; the rail is what is to be said.
  if (rails.length > 0) return problems
  const farthest = Math.max(middle - least, most - middle)
  if (range > RANGE_MILLIVOLTS) add('units', `ranges over ${range.toFixed(0)} mV; are these microvolts`)
  else if (farthest > EXCURSION_MILLIVOLTS) add('excursion', `goes ${farthest.toFixed(0)} mV away from its middle`)
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
