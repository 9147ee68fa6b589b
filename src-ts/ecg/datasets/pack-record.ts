import { closest, HolterError } from '../../errors.ts'
import { sampleFormats } from '../formats/wfdb-formats.ts'
import type { WfdbRecord } from '../formats/wfdb-signals.ts'
import { RANGE_MILLIVOLTS } from '../signal/lead-limits.ts'
import { unitsPerMillivolt, VOLTAGES } from '../signal/voltage-units.ts'
import type { PackedSignals } from './packed-dataset.ts'

/** What a task's network takes. */
export interface Form {
  readonly samples: number
  readonly sampleRateHz: number
  readonly leads: readonly string[]
}

/**
 * Writes a record to place `index` of `signals`, its leads in the order of `form` whatever their order in the file (names in
 * upper or lower case). Another rate or length, a missing or doubled lead, a unit that is no voltage or cannot be the right one, and an
 * invalid sample are errors at `where`: a network cannot be given a value that was never measured, and none of PTB-XL's records has one.
 */
export function packRecord(record: WfdbRecord, where: string, form: Form, signals: PackedSignals, index: number): void {
  const { header, frames, digital } = record
  const refuse = (problem: string, got?: string | number, expected?: string | number, hint?: string) =>
    new HolterError({ stage: 'ecg', where, problem, got, expected, hint })
  if (header.sampleRateHz !== form.sampleRateHz) {
    throw refuse('wrong sample rate', `${header.sampleRateHz} Hz`, `${form.sampleRateHz} Hz`, 'Resample the record')
  }
  const names = header.signals.map(signal => signal.description.toUpperCase())
  for (const [lead, name] of form.leads.entries()) {
    const found = names.indexOf(name.toUpperCase())
    if (found < 0) {
      const others = names.filter(other => !form.leads.some(lead => lead.toUpperCase() === other))
      const near = closest(name, others)
      throw refuse(
        `lead ${name} is missing`,
        names.join(' '),
        form.leads.join(' '),
        near ? `Is ${near} meant for it` : undefined,
      )
    }
    if (names.includes(name.toUpperCase(), found + 1)) throw refuse(`lead ${name} comes twice`)
    const signal = header.signals[found]
    const units = unitsPerMillivolt(signal.units)
    if (units === undefined) {
      throw refuse(`lead ${name} is not in volts`, JSON.stringify(signal.units), VOLTAGES.join(', '))
    }
    const length = frames * signal.samplesPerFrame
    if (length !== form.samples) throw refuse(`lead ${name} has a wrong length`, `${length} samples`, form.samples)
    const bad = copyLead(digital[found], sampleFormats.get(signal.format)?.invalid, signals.digital, {
      at: index * form.samples * form.leads.length + lead,
      step: form.leads.length,
    })
    if (bad !== undefined) {
      throw refuse(
        `sample ${bad} of lead ${name} is not valid`,
        digital[found][bad],
        'a measured value of at most 16 bits',
        'Leave the record out of the table, or repair it',
      )
    }
    const rangeMv = rangeOf(digital[found]) / (signal.gain * units)
    if (rangeMv > RANGE_MILLIVOLTS) {
      const hint = 'Are these microvolts? Correct units or gain in the header'
      throw refuse(
        `lead ${name} reaches over more than a heart gives`,
        `${rangeMv.toFixed(0)} mV`,
        RANGE_MILLIVOLTS,
        hint,
      )
    }
    signals.baseline[index * form.leads.length + lead] = signal.baseline
    signals.stepsPerMillivolt[index * form.leads.length + lead] = signal.gain * units
  }
}

function rangeOf(samples: Int32Array): number {
  let [least, most] = [samples[0], samples[0]]
  for (let i = 0; i < samples.length; i++) {
    if (samples[i] < least) least = samples[i]
    else if (samples[i] > most) most = samples[i]
  }
  return most - least
}

/** Copies samples to every `step`-th place; returns the position of the first one that is invalid or does not fit, if any. */
function copyLead(
  from: Int32Array,
  invalid: number | undefined,
  to: Int16Array,
  { at, step }: { at: number; step: number },
): number | undefined {
  for (let i = 0, out = at; i < from.length; i++, out += step) {
    const value = from[i]
    if (value === invalid || value < -32768 || value > 32767) return i
    to[out] = value
  }
  return undefined
}
