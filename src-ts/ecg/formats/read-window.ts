import { existsSync } from 'node:fs'
import { HolterError } from '../../errors.ts'
import { resample } from '../signal/resample.ts'
import { unitsPerMillivolt } from '../signal/voltage-units.ts'
import { type ReadEcgOptions, readEcg } from './read-ecg.ts'
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
 * Returns up to `seconds` of the ECG in a file of any format from `fromS` on; of WFDB records only the bytes that hold them are read,
 * and signals that were sampled faster than others bring all to their rate. CSV and .npy need rate and units.
 * A window that begins behind the record's end is an error.
 */
export function readWindow(path: string, fromS: number, seconds: number, options: ReadEcgOptions = {}): EcgWindow {
  if (path.endsWith('.hea')) return readWfdb(path, fromS, seconds, options)
  if (existsSync(`${path}.hea`)) return readWfdb(`${path}.hea`, fromS, seconds, options)
  const { signals, samples, leads: names, sampleRateHz, source } = readEcg(path, options)
  const [from, end] = bounds(path, fromS, seconds, sampleRateHz, samples)
  const leads = new Map<string, Float64Array>()
  for (const [i, name] of names.entries()) {
    const values = Float64Array.from({ length: end - from }, (_, t) => signals[(from + t) * names.length + i])
    leads.set(unique(name, i, leads), values)
  }
  return { sampleRateHz, fromS: from / sampleRateHz, leads, others: source.omitted }
}

function readWfdb(path: string, fromS: number, seconds: number, { checksum }: ReadEcgOptions): EcgWindow {
  const { frames, sampleRateHz: frameRateHz } = readHeader(path)
  const whole = frames === undefined ? readPhysical(path, { checksum }) : undefined
  const [from, end] = bounds(path, fromS, seconds, frameRateHz, frames ?? whole!.frames)
  const { signals } = whole ?? readPhysical(path, { checksum, range: [from, end] })
  const cut = (values: Float64Array, perFrame: number) =>
    whole ? values.subarray(from * perFrame, end * perFrame) : values
  const voltages = signals.filter(({ units }) => unitsPerMillivolt(units) !== undefined)
  const perFrame = Math.max(1, ...voltages.map(({ samplesPerFrame }) => samplesPerFrame))
  const leads = new Map<string, Float64Array>()
  for (const [i, { name, units, values, samplesPerFrame }] of voltages.entries()) {
    const millivolts = cut(values, samplesPerFrame).map(value => value / unitsPerMillivolt(units)!)
    leads.set(unique(name, i, leads), resample(millivolts, samplesPerFrame, perFrame))
  }
  const others = signals.filter(signal => !voltages.includes(signal)).map(({ name }) => name)
  return { sampleRateHz: frameRateHz * perFrame, fromS: from / frameRateHz, leads, others }
}

/** First sample of the window, and the one behind its last. */
function bounds(path: string, fromS: number, seconds: number, rateHz: number, samples: number): [number, number] {
  const from = Math.round(fromS * rateHz)
  if (from < samples) return [from, Math.min(Math.round((fromS + seconds) * rateHz), samples)]
  throw new HolterError({
    stage: 'ecg',
    where: path,
    problem: 'the record ends before this window begins',
    got: `${fromS} s`,
    expected: `less than ${(samples / rateHz).toFixed(1)} s`,
  })
}

function unique(name: string, index: number, taken: ReadonlyMap<string, unknown>): string {
  return name && !taken.has(name) ? name : `signal ${index}`
}
