import { HolterError } from '../../errors.ts'
import type { Patient } from './ecg.ts'

/** The header of an EDF or EDF+ file. Source: Kemp et al. 1992 and Kemp and Olivan 2003, as edfplus.info gives them. */
export interface EdfHeader {
  readonly patient: Patient | undefined
  /** EDF+D: the data records do not follow each other without gaps. */
  readonly discontinuous: boolean
  readonly headerBytes: number
  /** Data records, or −1 while recording. */
  readonly records: number
  readonly recordSeconds: number
  readonly signals: readonly EdfSignal[]
}

export interface EdfSignal {
  readonly label: string
  readonly units: string
  readonly physicalMin: number
  readonly physicalMax: number
  readonly digitalMin: number
  readonly digitalMax: number
  readonly samplesPerRecord: number
  /** Holds times and texts in place of samples. */
  readonly annotations: boolean
}

const FIXED_BYTES = 256
const SIGNAL_BYTES = 256
const MAX_SIGNALS = 4096
const WIDTHS = [16, 80, 8, 8, 8, 8, 8, 80, 8, 32] as const

/** Returns the size of the header that the first 256 bytes announce; errors name `where`. */
export function edfHeaderBytes(fixed: Uint8Array, where: string): number {
  if (fixed.length < FIXED_BYTES) throw fail(where, 'the EDF header is cut off', fixed.length, FIXED_BYTES)
  return FIXED_BYTES + SIGNAL_BYTES * whole(text(fixed, 252, 4), `${where}, number of signals`, 1, MAX_SIGNALS)
}

/** Returns the header that `bytes` (all of it) hold; `where` (the file) is named in errors, with the field. */
export function parseEdfHeader(bytes: Uint8Array, where: string): EdfHeader {
  const size = edfHeaderBytes(bytes, where)
  if (bytes.length < size) throw fail(where, 'the EDF header is cut off', bytes.length, size)
  const count = size / SIGNAL_BYTES - 1
  const stated = whole(text(bytes, 184, 8), `${where}, header size`, 0, Number.MAX_SAFE_INTEGER)
  if (stated !== size) throw fail(where, 'the header size does not fit the number of signals', stated, size)
  const reserved = text(bytes, 192, 44)
  const columns: string[][] = []
  let at = FIXED_BYTES
  for (const width of WIDTHS) {
    columns.push(Array.from({ length: count }, (_, i) => text(bytes, at + i * width, width)))
    at += width * count
  }
  const [labels, , units, physicalMin, physicalMax, digitalMin, digitalMax, , samples] = columns
  const signals = labels.map((label, i): EdfSignal => {
    const place = `${where}, signal ${i} (${label || 'no label'})`
    const annotations = reserved.startsWith('EDF+') && label === 'EDF Annotations'
    const signal = {
      label: label.replace(/^(?:ECG|EKG)\s+(?=\S)/i, ''),
      units: units[i],
      physicalMin: real(physicalMin[i], `${place}, physical minimum`),
      physicalMax: real(physicalMax[i], `${place}, physical maximum`),
      digitalMin: whole(digitalMin[i], `${place}, digital minimum`, -32768, 32767),
      digitalMax: whole(digitalMax[i], `${place}, digital maximum`, -32768, 32767),
      samplesPerRecord: whole(samples[i], `${place}, samples per record`, 1, 1 << 24),
      annotations,
    }
    if (!annotations && signal.digitalMin >= signal.digitalMax)
      throw fail(place, 'the digital range is empty', `${signal.digitalMin} to ${signal.digitalMax}`)
    if (!annotations && signal.physicalMin === signal.physicalMax)
      throw fail(place, 'the physical range is empty', signal.physicalMin)
    return signal
  })
  return {
    patient: patientOf(text(bytes, 8, 80), reserved.startsWith('EDF+')),
    discontinuous: reserved.startsWith('EDF+D'),
    headerBytes: size,
    records: whole(text(bytes, 236, 8), `${where}, number of data records`, -1, Number.MAX_SAFE_INTEGER),
    recordSeconds: real(text(bytes, 244, 8), `${where}, duration of a data record`),
    signals,
  }
}

/** EDF+: code, sex, birth date and name, X where unknown; EDF: any text. */
function patientOf(field: string, plus: boolean): Patient | undefined {
  const [code, sex] = field.split(' ')
  if (!plus) return field ? { id: field } : undefined
  const known = { ...(code && code !== 'X' ? { id: code } : {}), ...(sex === 'F' || sex === 'M' ? { sex } : {}) }
  return Object.keys(known).length > 0 ? (known as Patient) : undefined
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.subarray(at, at + length))
    .toString('latin1')
    .replace(/\0.*$/s, '')
    .trim()
}

function whole(field: string, where: string, min: number, max: number): number {
  const value = /^[+-]?\d{1,15}$/.test(field) ? Number(field) : Number.NaN
  if (value >= min && value <= max) return value
  throw fail(where, 'this is no such whole number', JSON.stringify(field), `${min} to ${max}`)
}

function real(field: string, where: string): number {
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(field) ? Number(field) : Number.NaN
  if (Number.isFinite(value)) return value
  throw fail(where, 'this is not a number', JSON.stringify(field), 'a decimal number')
}

function fail(where: string, problem: string, got: string | number, expected?: string | number): HolterError {
  return new HolterError({ stage: 'ecg', where, problem, got, expected, hint: 'The file is damaged or no EDF file' })
}
