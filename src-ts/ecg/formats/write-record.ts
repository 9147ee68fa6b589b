import { join } from 'node:path'
import { HolterError } from '../../errors.ts'
import { writeFile } from '../../files.ts'

/** A signal in millivolts, or in the units named, that is to be written. */
export interface SignalToWrite {
  readonly name: string
  readonly values: Float64Array | Float32Array
  readonly units?: string
  /** Steps per unit; default: as many as make the largest value fit, at most 1,000. */
  readonly gain?: number
  readonly baseline?: number
}

export interface RecordToWrite {
  readonly sampleRateHz: number
  readonly signals: readonly SignalToWrite[]
  /** Lines of comment, such as age and sex. */
  readonly comments?: readonly string[]
}

const DEFAULT_GAIN = 1000
/** Largest sample of each format; one below its negative is the invalid sample that stands for NaN. */
const LARGEST = { 16: 32767, 212: 2047 } as const

/**
 * Writes a record NAME.hea and NAME.dat in format 16 or 212 into `dir`. Samples are rounded to the nearest step; NaN becomes the
 * invalid sample; a value beyond the format's range is an error, never a rail. The header appears last, each file whole or not at all.
 */
export function writeRecord(dir: string, name: string, record: RecordToWrite, format: 16 | 212 = 16): void {
  const { sampleRateHz, signals, comments = [] } = record
  const where = join(dir, name)
  const fail = (problem: string, got?: string | number, expected?: string | number) =>
    new HolterError({ stage: 'ecg', where, problem, got, expected })
  if (!/^[\w-]+$/.test(name))
    throw fail('this cannot be the name of a record', JSON.stringify(name), 'letters, digits, _ and -')
  if (!(sampleRateHz > 0 && Number.isFinite(sampleRateHz)))
    throw fail('the sample rate is no rate', sampleRateHz, 'more than 0 Hz')
  const frames = signals[0]?.values.length ?? 0
  if (frames === 0) throw fail('a record without samples cannot be written')
  const other = signals.find(signal => signal.values.length !== frames)
  if (other) throw fail(`signal ${other.name} has another length than the first one`, other.values.length, frames)
  for (const text of [...comments, ...signals.map(signal => signal.name)]) {
    if (/[\n\r\0]/.test(text)) throw fail('a name or comment must fit on one line', JSON.stringify(text.slice(0, 40)))
  }
  const digital = signals.map(signal => digitize(signal, LARGEST[format], where))
  const interleaved = new Int32Array(frames * signals.length)
  for (const [place, { samples }] of digital.entries()) {
    for (let i = 0; i < frames; i++) interleaved[i * signals.length + place] = samples[i]
  }
  const lines = digital.map(({ samples, gain, baseline }, i) => {
    const { units = 'mV', name: lead } = signals[i]
    const sum = samples.reduce((total, value) => (total + value) & 0xffff, 0)
    const bits = format === 16 ? 16 : 12
    return `${name}.dat ${format} ${gain}(${baseline})/${units} ${bits} 0 ${samples[0]} ${sum} 0 ${lead}`
  })
  const header = [
    `${name} ${signals.length} ${sampleRateHz} ${frames}`,
    ...lines,
    ...comments.map(text => `# ${text}`),
    '',
  ]
  writeFile(join(dir, `${name}.dat`), format === 16 ? encode16(interleaved) : encode212(interleaved))
  writeFile(join(dir, `${name}.hea`), header.join('\n'))
}

function digitize(
  { name, values, gain: given, baseline = 0, units = 'mV' }: SignalToWrite,
  largest: number,
  where: string,
) {
  let peak = 0
  for (const value of values) if (Math.abs(value) > peak) peak = Math.abs(value)
  const gain = given ?? Math.min(DEFAULT_GAIN, Math.max(1, Math.floor(largest / peak)))
  const samples = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const step = Math.round(values[i] * gain + baseline)
    if (Math.abs(step) > largest || Math.abs(values[i]) === Number.POSITIVE_INFINITY) {
      throw new HolterError({
        stage: 'ecg',
        where,
        problem: `sample ${i} of signal ${name} does not fit the format`,
        got: `${values[i]} ${units} × ${gain}`,
        expected: `at most ${largest} steps`,
        hint: 'Give a smaller gain',
      })
    }
    samples[i] = Number.isNaN(step) ? -largest - 1 : step
  }
  return { samples, gain, baseline }
}

function encode16(samples: Int32Array): Uint8Array {
  const bytes = new Uint8Array(2 * samples.length)
  for (let i = 0; i < samples.length; i++) {
    bytes[2 * i] = samples[i]
    bytes[2 * i + 1] = samples[i] >> 8
  }
  return bytes
}

/** Two samples in three bytes, the high halves of both in the middle one; a last single sample takes two bytes. */
function encode212(samples: Int32Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(1.5 * samples.length))
  for (let i = 0, at = 0; i < samples.length; i += 2, at += 3) {
    const [first, second] = [samples[i], i + 1 < samples.length ? samples[i + 1] : 0]
    bytes[at] = first
    bytes[at + 1] = ((first >> 8) & 0x0f) | ((second >> 4) & 0xf0)
    bytes[at + 2] = second
  }
  return bytes
}
