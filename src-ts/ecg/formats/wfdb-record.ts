import { dirname, join } from 'node:path'
import { HolterError } from '../../errors.ts'
import { MAX_VALUES } from './ecg.ts'
import { frameRange } from './frame-range.ts'
import { readHeader, type WfdbHeader, type WfdbSignal } from './wfdb-header.ts'
import { physical, type ReadOptions, readRecord } from './wfdb-signals.ts'

/** A record, or a part of one, in the units of its header. */
export interface PhysicalRecord {
  readonly header: WfdbHeader
  /** Frames that were read: those of the record, or of the range asked for. */
  readonly frames: number
  readonly signals: readonly PhysicalSignal[]
}

export interface PhysicalSignal {
  readonly name: string
  readonly units: string
  readonly samplesPerFrame: number
  /** frames × samplesPerFrame values; NaN where a sample is invalid or a segment lacks the signal. */
  readonly values: Float64Array
}

const HINT = 'The header or a segment is damaged, or files of two records are mixed'

/**
 * Returns a record of one or of many segments in physical units; of a range only the segments and bytes that hold it are read.
 * In a record of variable layout (its first segment has no samples and lists the signals) each segment has some of the signals,
 * found by name and with a gain of its own; gaps and signals that a segment lacks are NaN. Source: header(5).
 */
export function readPhysical(path: string, options: ReadOptions = {}): PhysicalRecord {
  const headerPath = path.endsWith('.hea') ? path : `${path}.hea`
  const header = readHeader(headerPath)
  if (header.segments.length > 0) return readSegments(headerPath, header, options)
  const { frames, digital } = readRecord(headerPath, options)
  const signals = header.signals.map((signal, i) => ({ ...named(signal), values: physical(signal, digital[i]) }))
  return { header, frames, signals }
}

function readSegments(headerPath: string, header: WfdbHeader, options: ReadOptions): PhysicalRecord {
  const fail = (problem: string, got?: string | number, expected?: string | number) =>
    new HolterError({ stage: 'ecg', where: headerPath, problem, got, expected, hint: HINT })
  const pathOf = (record: string) => join(dirname(headerPath), `${record}.hea`)
  const total = header.frames ?? 0
  const [from, to] = frameRange(options.range, total, headerPath)
  const first = header.segments.find(({ record }) => record !== '~')
  if (!first) throw fail('the record consists of gaps alone')
  const variable = first.frames === 0
  const layout = readHeader(pathOf(first.record)).signals.map(named)
  const frames = to - from
  const values = layout.reduce((sum, { samplesPerFrame }) => sum + frames * samplesPerFrame, 0)
  if (values > MAX_VALUES)
    throw fail('the record is too long to be read at once, read it in ranges', values, MAX_VALUES)
  const signals = layout.map(signal => ({
    ...signal,
    values: new Float64Array(frames * signal.samplesPerFrame).fill(Number.NaN),
  }))
  let start = 0
  for (const { record, frames: length } of header.segments) {
    const [begin, end] = [Math.max(from - start, 0), Math.min(to - start, length)]
    const at = start + begin - from
    start += length
    if (record === '~' || begin >= end) continue
    const path = pathOf(record)
    const own = readHeader(path)
    if (own.segments.length > 0) throw fail(`segment ${record} has segments itself`)
    if (own.sampleRateHz !== header.sampleRateHz)
      throw fail(`segment ${record} has another sample rate`, own.sampleRateHz, header.sampleRateHz)
    if (own.frames !== undefined && own.frames !== length)
      throw fail(`segment ${record} has another length than the record says`, own.frames, length)
    const whole = begin === 0 && end === length
    const part = readPhysical(path, { ...options, range: whole && own.frames !== undefined ? undefined : [begin, end] })
    for (const [index, signal] of part.signals.entries()) {
      // Without a name in its layout, a signal of fixed layout goes by its place.
      const target = variable ? signals.find(({ name }) => name === signal.name) : signals[index]
      if (!target) throw fail(`segment ${record} has a signal that the layout lacks`, signal.name || `signal ${index}`)
      if (target.samplesPerFrame !== signal.samplesPerFrame)
        throw fail(
          `segment ${record}, ${signal.name}: other samples per frame`,
          signal.samplesPerFrame,
          target.samplesPerFrame,
        )
      if (target.units !== signal.units)
        throw fail(`segment ${record}, ${signal.name}: other units`, signal.units, target.units)
      target.values.set(signal.values, at * signal.samplesPerFrame)
    }
  }
  return { header, frames, signals }
}

function named({ description, units, samplesPerFrame }: WfdbSignal): Omit<PhysicalSignal, 'values'> {
  return { name: description, units, samplesPerFrame }
}
