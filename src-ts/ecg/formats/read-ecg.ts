import { existsSync } from 'node:fs'
import { HolterError } from '../../errors.ts'
import { unitsPerMillivolt } from '../signal/voltage-units.ts'
import { type Declared, type Ecg, interleaveLeads, type Patient } from './ecg.ts'
import { readEcgCsv, readEcgNpy } from './ecg-table.ts'
import { readEdf } from './edf.ts'
import { readFully, withFile } from './read-file.ts'
import { readAnnotations } from './wfdb-annotations.ts'
import { readPhysical } from './wfdb-record.ts'

export interface ReadEcgOptions extends Declared {
  /** False leaves out the comparison with checksums, where the format has them. */
  readonly checksum?: boolean
  /** Extension of the annotations beside a WFDB record, default atr; read if the file is there. */
  readonly annotator?: string
}

/** What common files that are not read begin with. */
const FOREIGN: readonly (readonly [start: string, at: number, name: string])[] = [
  ['\x1f\x8b', 0, 'a gzip archive'],
  ['PK\x03\x04', 0, 'a zip archive'],
  ['\x89HDF', 0, 'an HDF5 file'],
  ['MATLAB 5.0', 0, 'a MATLAB file'],
  ['DICM', 128, 'a DICOM file'],
  ['<?xml', 0, 'an XML file'],
  ['fLaC', 0, 'a FLAC file'],
  ['\xffBIOSEMI', 0, 'a BDF file of 24 bit samples'],
]

const FORMATS = 'WFDB (.hea), EDF, CSV or .npy'

/**
 * Returns the ECG in a file of any format, recognized by what the file holds: WFDB (its header, or the record's path without extension),
 * EDF and EDF+, .npy and CSV; the latter two need `sampleRateHz` and `units`. Millivolts; signals that are no voltages are left out and named.
 */
export function readEcg(path: string, options: ReadEcgOptions = {}): Ecg {
  if (!existsSync(path) && existsSync(`${path}.hea`)) return readWfdb(`${path}.hea`, options)
  const start = withFile(path, 'Check the path', (file, bytes) => {
    const head = new Uint8Array(Math.min(bytes, 512))
    readFully(path, file, head, 0, head.length)
    return Buffer.from(head).toString('latin1')
  })
  const foreign = FOREIGN.find(([magic, at]) => start.startsWith(magic, at))
  if (foreign) throw unknown(path, foreign[2])
  if (start.startsWith('\x93NUMPY')) return readEcgNpy(path, options)
  if (/^0 {7}/.test(start) && start.length >= 256) return readEdf(path)
  const sibling = path.replace(/\.[^./\\]*$/, '.hea')
  if (isBinary(start)) {
    if (sibling !== path && existsSync(sibling)) return readWfdb(sibling, options)
    throw unknown(path, 'binary data of an unknown kind')
  }
  // A record line: name and number of signals, blanks between; a row of a table has no such beginning.
  const line = start
    .split('\n')
    .find(text => text.trim() && !text.startsWith('#'))
    ?.trim()
  if (line && /^[\w.-]+(\/\d+)? +\d+( +[\d.]|$)/.test(line)) return readWfdb(path, options)
  if (line === undefined) throw unknown(path, 'an empty file')
  return readEcgCsv(path, options)
}

/** Text has no control characters but tabs and ends of lines. */
function isBinary(text: string): boolean {
  return [...text].some(character => character < '\t' || (character > '\r' && character < ' '))
}

function readWfdb(headerPath: string, { checksum, annotator = 'atr' }: ReadEcgOptions): Ecg {
  const { header, frames, signals } = readPhysical(headerPath, { checksum })
  const voltages = signals.filter(({ units }) => unitsPerMillivolt(units) !== undefined)
  const fail = (problem: string, got: string | number, expected?: string | number) =>
    new HolterError({ stage: 'ecg', where: headerPath, problem, got, expected })
  if (voltages.length === 0)
    throw fail('no signal is a voltage', signals.map(({ units }) => units).join(' '), 'mV, uV, V or nV')
  const [{ samplesPerFrame }] = voltages
  const other = voltages.find(signal => signal.samplesPerFrame !== samplesPerFrame)
  if (other) throw fail(`lead ${other.name} has another sample rate`, other.samplesPerFrame, samplesPerFrame)
  const marks = headerPath.replace(/hea$/, annotator)
  const annotations = existsSync(marks)
    ? readAnnotations(marks).list.map(({ sample, symbol, aux }) => ({
        sample: sample * samplesPerFrame,
        symbol,
        text: aux.replace(/\0+$/, ''),
      }))
    : undefined
  return {
    signals: interleaveLeads(
      voltages.map(({ values, units }) => values.map(value => value / unitsPerMillivolt(units)!)),
    ),
    samples: frames * samplesPerFrame,
    leads: voltages.map(({ name }) => name),
    sampleRateHz: header.sampleRateHz * samplesPerFrame,
    patient: patientOf(header.comments),
    annotations,
    source: {
      path: headerPath,
      format: 'wfdb',
      omitted: signals.filter(signal => !voltages.includes(signal)).map(({ name }) => name),
    },
  }
}

/** MIT-BIH's headers begin their comments with age and sex, `69 M`; others name them: `Age: 69`, `Sex: M`. */
function patientOf(comments: readonly string[]): Patient | undefined {
  const text = comments.join('\n')
  const [, age, sex] = /^(-?\d{1,3}) ([MF])\b/m.exec(text) ?? []
  const years = Number(/\bage[:>]*\s*(\d{1,3})\b/i.exec(text)?.[1] ?? age ?? -1)
  const letter = /\b(?:sex|gender)[:>]*\s*([MF])/i.exec(text)?.[1].toUpperCase() ?? sex
  const known = {
    ...(letter === 'M' || letter === 'F' ? { sex: letter } : {}),
    ...(years >= 0 ? { ageYears: years } : {}),
  }
  return Object.keys(known).length > 0 ? (known as Patient) : undefined
}

function unknown(path: string, got: string): HolterError {
  const problem = 'files of this kind cannot be read'
  return new HolterError({ stage: 'ecg', where: path, problem, got, expected: FORMATS, hint: 'Convert the file first' })
}
