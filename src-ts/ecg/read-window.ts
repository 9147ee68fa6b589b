import { HolterError } from '../errors.ts'
import { resample } from './resample.ts'
import { unitsPerMillivolt } from './voltage-units.ts'
import { readHeader } from './wfdb-header.ts'
import { readPhysical } from './wfdb-record.ts'

/** A stretch of a record's voltages. */
export interface EcgWindow {
  readonly sampleRateHz: number
  /** Where the window begins in the record, in seconds. */
  readonly fromS: number
  /** Millivolts per lead, all of one length; NaN where samples are missing. */
  readonly leads: ReadonlyMap<string, Float64Array>
  /** Signals that are no voltages (breath, pressure) and were left out. */
  readonly others: readonly string[]
}

/**
 * Returns up to `seconds` of the WFDB record `path` from `fromS` on; only the bytes that hold them are read. Signals that were
 * sampled faster than others bring all to their rate. A window that begins behind the record's end is an error.
 */
export function readWindow(path: string, fromS: number, seconds: number): EcgWindow {
  const headerPath = path.endsWith('.hea') ? path : `${path}.hea`
  const { frames, sampleRateHz: frameRateHz } = readHeader(headerPath)
  const [from, to] = [Math.round(fromS * frameRateHz), Math.round((fromS + seconds) * frameRateHz)]
  const whole = frames === undefined ? readPhysical(headerPath) : undefined
  const length = frames ?? whole!.frames
  if (from >= length) {
    throw new HolterError({
      stage: 'ecg',
      where: headerPath,
      problem: 'the record ends before this window begins',
      got: `${fromS} s`,
      expected: `less than ${(length / frameRateHz).toFixed(1)} s`,
    })
  }
  const end = Math.min(to, length)
  const { signals } = whole ?? readPhysical(headerPath, { range: [from, end] })
  const cut = (values: Float64Array, perFrame: number) =>
    whole ? values.subarray(from * perFrame, end * perFrame) : values
  const voltages = signals.filter(({ units }) => unitsPerMillivolt(units) !== undefined)
  const perFrame = Math.max(1, ...voltages.map(({ samplesPerFrame }) => samplesPerFrame))
  const leads = new Map<string, Float64Array>()
  for (const [i, { name, units, values, samplesPerFrame }] of voltages.entries()) {
    const millivolts = cut(values, samplesPerFrame).map(value => value / unitsPerMillivolt(units)!)
    leads.set(leads.has(name) || !name ? `signal ${i}` : name, resample(millivolts, samplesPerFrame, perFrame))
  }
  const others = signals.filter(signal => !voltages.includes(signal)).map(({ name }) => name)
  return { sampleRateHz: frameRateHz * perFrame, fromS: from / frameRateHz, leads, others }
}
