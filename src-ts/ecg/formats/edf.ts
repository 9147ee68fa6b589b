import { HolterError } from '../../errors.ts'
import { unitsPerMillivolt } from '../signal/voltage-units.ts'
import { type Ecg, interleaveLeads, MAX_VALUES, type Mark } from './ecg.ts'
import { type EdfHeader, type EdfSignal, edfHeaderBytes, parseEdfHeader } from './edf-header.ts'
import { readFully, withFile } from './read-file.ts'

const MISSING = 'Check the path'
/** Files above this are split first; everything is read at once. */
const MAX_BYTES = 1 << 30

/**
 * Returns the ECG in an EDF or EDF+ file: all signals that are voltages, which have to have one rate, and the annotations of EDF+.
 * Data records of a discontinuous file (EDF+D) stand at their times, what lies between is NaN.
 */
export function readEdf(path: string): Ecg {
  return withFile(path, MISSING, (file, bytes) => {
    if (bytes > MAX_BYTES) throw fail(path, 'the file is too large to read at once', bytes, MAX_BYTES)
    const content = new Uint8Array(bytes)
    readFully(path, file, content, 0, bytes)
    return parseEdf(content, path)
  })
}

/** Returns the ECG that the bytes of an EDF file hold; `where` (the file) is named in errors. */
export function parseEdf(bytes: Uint8Array, where: string): Ecg {
  const header = parseEdfHeader(bytes.subarray(0, edfHeaderBytes(bytes.subarray(0, 256), where)), where)
  const { signals, recordSeconds, headerBytes, discontinuous } = header
  const words = signals.reduce((sum, signal) => sum + signal.samplesPerRecord, 0)
  const records = countRecords(header, bytes.length - headerBytes, 2 * words, where)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const places: number[] = []
  signals.reduce((at, signal, i) => {
    places[i] = at
    return at + 2 * signal.samplesPerRecord
  }, headerBytes)
  const chosen = signals.flatMap((signal, i) => (!signal.annotations && unitsPerMillivolt(signal.units) ? [i] : []))
  if (chosen.length === 0) {
    const got = signals.map(({ label, units }) => `${label} in ${units || 'nothing'}`).join(', ')
    throw fail(where, 'no signal is a voltage', got.slice(0, 200), 'mV, uV, V or nV')
  }
  const perRecord = signals[chosen[0]].samplesPerRecord
  const other = chosen.find(i => signals[i].samplesPerRecord !== perRecord)
  if (other !== undefined)
    throw fail(
      where,
      `lead ${signals[other].label} has another sample rate`,
      signals[other].samplesPerRecord,
      perRecord,
    )
  if (!(recordSeconds > 0)) throw fail(where, 'a data record has no duration', recordSeconds, 'more than 0 s')
  const sampleRateHz = perRecord / recordSeconds
  const { starts, marks } = readTexts(bytes, header, places, records, 2 * words, where)
  const origin = starts[0] ?? 0
  const firstOf = (record: number) => {
    if (!discontinuous) return record * perRecord
    if (starts[record] === undefined)
      throw fail(`${where}, data record ${record}`, 'the record does not say when it begins', 'no time')
    return Math.round((starts[record] - origin) * sampleRateHz)
  }
  const samples = firstOf(records - 1) + perRecord
  if (!(samples > 0 && samples * chosen.length <= MAX_VALUES))
    throw fail(where, 'the recording is too long', samples, MAX_VALUES)
  const leads = chosen.map(i => {
    const values = new Float64Array(samples).fill(Number.NaN)
    for (let record = 0, end = 0; record < records; record++) {
      const first = firstOf(record)
      if (first < end)
        throw fail(`${where}, data record ${record}`, 'the record begins before the last one ends', first, end)
      decode(view, places[i] + record * 2 * words, signals[i], values.subarray(first, first + perRecord))
      end = first + perRecord
    }
    return values
  })
  return {
    signals: interleaveLeads(leads),
    samples,
    leads: chosen.map(i => signals[i].label),
    sampleRateHz,
    patient: header.patient,
    annotations: marks.map(({ seconds, ...mark }) => ({
      ...mark,
      sample: Math.round((seconds - origin) * sampleRateHz),
    })),
    source: {
      path: where,
      format: 'edf',
      omitted: signals.filter((s, i) => !s.annotations && !chosen.includes(i)).map(s => s.label),
    },
  }
}

function countRecords({ records }: EdfHeader, available: number, recordBytes: number, where: string): number {
  const count = records < 0 ? Math.floor(available / recordBytes) : records
  const expected = count * recordBytes
  if (count < 1) throw fail(where, 'the file holds no data record', records, 'at least 1')
  if (available < expected) throw fail(where, 'the file is shorter than its header says', available, expected)
  if (available > expected && records >= 0)
    throw fail(where, 'the file is longer than its header says', available, expected)
  return count
}

function decode(view: DataView, at: number, signal: EdfSignal, out: Float64Array): void {
  const { physicalMin, physicalMax, digitalMin, digitalMax, units } = signal
  const perMillivolt = unitsPerMillivolt(units)!
  const step = (physicalMax - physicalMin) / (digitalMax - digitalMin)
  for (let i = 0; i < out.length; i++) {
    out[i] = ((view.getInt16(at + 2 * i, true) - digitalMin) * step + physicalMin) / perMillivolt
  }
}

type TimedMark = Omit<Mark, 'sample'> & { readonly seconds: number }

/** Reads the annotation signals: the time at which each record begins, and everything else that is said with a time. */
function readTexts(
  bytes: Uint8Array,
  header: EdfHeader,
  places: readonly number[],
  records: number,
  recordBytes: number,
  where: string,
) {
  const starts: number[] = []
  const marks: TimedMark[] = []
  for (let record = 0; record < records; record++) {
    for (const [i, signal] of header.signals.entries()) {
      if (!signal.annotations) continue
      const at = places[i] + record * recordBytes
      const text = Buffer.from(bytes.subarray(at, at + 2 * signal.samplesPerRecord)).toString('utf8')
      for (const list of text.split('\0')) {
        if (!list) continue
        const [when, ...all] = list.split('\x14')
        const [onset, duration] = when.split('\x15')
        if (all.length === 0 || !/^[+-]\d+(?:\.\d*)?$/.test(onset)) {
          const got = JSON.stringify(list.slice(0, 30))
          throw fail(`${where}, data record ${record}`, 'an annotation cannot be read', got)
        }
        const seconds = Number(onset)
        if (all[0] === '' && starts[record] === undefined) starts[record] = seconds
        for (const said of all) {
          if (said)
            marks.push({ seconds, symbol: '"', text: said, ...(duration ? { durationSeconds: Number(duration) } : {}) })
        }
      }
    }
  }
  return { starts, marks }
}

function fail(where: string, problem: string, got: string | number, expected?: string | number): HolterError {
  return new HolterError({
    stage: 'ecg',
    where,
    problem,
    got,
    expected,
    hint: 'The file is cut off, damaged or no EDF file',
  })
}
