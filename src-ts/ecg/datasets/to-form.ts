import { closest, type Problem } from '../../errors.ts'
import type { Ecg } from '../formats/ecg.ts'
import { resample } from '../signal/resample.ts'
import type { Form } from './pack-record.ts'
import type { PackedSignals } from './packed-dataset.ts'

/** Steps in which a record is kept, whatever the resolution of its file. */
const STEPS_PER_MILLIVOLT = 1000
const LARGEST = 32767

/** What keeps a recording from being a record of a form, in the words of an error. */
export type Misfit = Pick<Problem, 'problem' | 'got' | 'expected' | 'hint'>

/** A recording's leads in the order of a form and at its rate, in millivolts; none where something does not fit. */
export interface InForm {
  readonly leads: readonly Float64Array[]
  readonly misfits: readonly Misfit[]
}

/**
 * Returns the leads of a form, found by name (upper or lower case), or all that keeps the recording from having them. Another rate is a
 * misfit unless the recording may be resampled. Lengths are left to the caller.
 */
export function toForm(
  { leads: names, sampleRateHz, signals, samples }: Ecg,
  form: Pick<Form, 'leads' | 'sampleRateHz'>,
  mayResample = false,
): InForm {
  const misfits: Misfit[] = []
  if (sampleRateHz !== form.sampleRateHz && !mayResample) {
    const [got, expected] = [sampleRateHz, form.sampleRateHz].map(rate => `${rate} Hz`)
    misfits.push({ problem: 'wrong sample rate', got, expected, hint: 'Add --resample to have it converted' })
  }
  const known = names.map(name => name.toUpperCase())
  const places = form.leads.map(lead => known.indexOf(lead.toUpperCase()))
  for (const [k, lead] of form.leads.entries()) {
    if (places[k] < 0) misfits.push(missingLead(lead, names, form.leads))
    else if (known.includes(lead.toUpperCase(), places[k] + 1)) misfits.push({ problem: `lead ${lead} comes twice` })
  }
  if (misfits.length > 0) return { leads: [], misfits }
  const leads = places.map(place => {
    const lead = Float64Array.from({ length: samples }, (_, i) => signals[i * names.length + place])
    return sampleRateHz === form.sampleRateHz ? lead : resample(lead, sampleRateHz, form.sampleRateHz)
  })
  return { leads, misfits: [] }
}

function missingLead(lead: string, names: readonly string[], wanted: readonly string[]): Misfit {
  const others = names.filter(name => !wanted.some(other => other.toUpperCase() === name.toUpperCase()))
  const near = closest(lead, others)
  return {
    problem: `lead ${lead} is missing`,
    got: names.join(' ').toUpperCase().slice(0, 100),
    expected: wanted.join(' '),
    hint: near && `Is ${near} meant for it`,
  }
}

/** A sample that cannot be kept: missing (NaN), or out of the range of 16 bits. */
export interface InvalidSample {
  readonly lead: string
  readonly sample: number
  readonly millivolts: number
}

/**
 * Writes the stretch of `form.samples` samples of each lead that begins at sample `from` to place `index` of `out`, in steps of 1 µV, and
 * returns the first sample of each lead that cannot be kept.
 */
export function packStretch(
  leads: readonly Float64Array[],
  from: number,
  form: Form,
  out: PackedSignals,
  index: number,
): InvalidSample[] {
  const invalid: InvalidSample[] = []
  for (const [k, lead] of leads.entries()) {
    const values = lead.subarray(from, from + form.samples)
    const zero = zeroOf(values)
    for (let i = 0; i < form.samples; i++) {
      const step = Math.round(values[i] * STEPS_PER_MILLIVOLT) - zero
      if (!(Math.abs(step) <= LARGEST)) {
        invalid.push({ lead: form.leads[k], sample: from + i, millivolts: values[i] })
        break
      }
      out.digital[(index * form.samples + i) * leads.length + k] = step
    }
    out.baseline[index * leads.length + k] = -zero
    out.stepsPerMillivolt[index * leads.length + k] = STEPS_PER_MILLIVOLT
  }
  return invalid
}

/** Returns what is wrong with a sample, in the words of an error; `firstRow` is that of a table's first sample, where rows are samples. */
export function invalidWords({ lead, sample, millivolts }: InvalidSample, firstRow?: number): Misfit {
  const place = firstRow === undefined ? `sample ${sample}` : `row ${sample + firstRow}`
  if (Number.isNaN(millivolts)) {
    const empty = firstRow === undefined ? 'is missing' : 'is an empty cell or NaN'
    return { problem: `${place} of lead ${lead} ${empty}`, hint: 'A network needs every sample: leave the record out' }
  }
  const hint = 'Are the units right? --units names those of CSV and .npy files'
  return {
    problem: `${place} of lead ${lead} is not valid`,
    got: `${millivolts} mV`,
    expected: 'a range of at most 65 mV',
    hint,
  }
}

/** The step in the middle of a lead's range where an offset takes it out of 16 bits, as DC-coupled amplifiers give it; else 0. */
function zeroOf(values: Float64Array): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  const fits = Math.max(Math.abs(least), Math.abs(most)) * STEPS_PER_MILLIVOLT <= LARGEST
  return fits || !Number.isFinite(least + most) ? 0 : Math.round(((least + most) / 2) * STEPS_PER_MILLIVOLT)
}
