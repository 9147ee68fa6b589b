import { existsSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../../errors.ts'
import { BEAT_CLASSES } from '../beats/beat-classes.ts'
import { withFile } from '../formats/read-file.ts'
import { resample } from '../signal/resample.ts'
import { MIT_BIH_RATE_HZ, type MitBihRecord } from './mit-bih.ts'
import type { CutBeats, PeakedRecording } from './peaked-recording.ts'

export const HEARTBEAT_SAMPLES = 187
export const HEARTBEAT_RATE_HZ = 125
/** A record is cut into windows of so many seconds, each scaled for itself. */
const WINDOW_SECONDS = 10
/** A beat reaches from its R peak over so many median RR intervals. */
const RR_SHARE = 1.2

/** Beats as rows: 187 samples in 0 … 1, zeros behind the beat, and a class. */
export interface Heartbeats {
  readonly length: number
  /** Row-major [length, 187]. */
  readonly samples: Float32Array
  /** Index into BEAT_CLASSES. */
  readonly classes: Uint8Array
  /** Where each beat stands: the sample of its annotation in the record, or its row in the file, from 1 on. */
  readonly places: Int32Array
}

/** The two files of shayanfazeli/heartbeat that hold MIT-BIH beats. */
export const TRAIN_CSV = 'mitbih_train.csv'
export const TEST_CSV = 'mitbih_test.csv'

/** Returns the folder with both files, `root` or its folder `heartbeat`, or undefined. */
export function locateHeartbeatCsv(root: string): string | undefined {
  const holdsBoth = (folder: string) => [TRAIN_CSV, TEST_CSV].every(file => existsSync(join(folder, file)))
  return [root, join(root, 'heartbeat')].find(holdsBoth)
}

const CHUNK_BYTES = 1 << 20
/** 188 numbers of 24 characters each. */
const MAX_LINE = 188 * 40

/**
 * Returns the beats in a CSV file of shayanfazeli/heartbeat: 187 samples and a label in each row, no header. It is read in pieces, since
 * the published one has 400 MB. Errors name row and column.
 */
export function readHeartbeatCsv(path: string): Heartbeats {
  return withFile(path, 'Check the path', (file, bytes) => {
    const rows: Float32Array[] = []
    const classes: number[] = []
    const buffer = Buffer.alloc(CHUNK_BYTES)
    let rest = ''
    for (let at = 0; at < bytes; ) {
      const got = readSync(file, buffer, 0, CHUNK_BYTES, at)
      if (got === 0) break
      at += got
      const lines = (rest + buffer.toString('latin1', 0, got)).split('\n')
      rest = lines.pop()!
      for (const line of lines) addRow(line, rows, classes, path)
      if (rest.length > MAX_LINE) addRow(rest, rows, classes, path)
    }
    if (rest.trim()) addRow(rest, rows, classes, path)
    if (rows.length === 0) throw new HolterError({ stage: 'ecg', where: path, problem: 'the file holds no beats' })
    const samples = new Float32Array(rows.length * HEARTBEAT_SAMPLES)
    for (const [i, row] of rows.entries()) samples.set(row, i * HEARTBEAT_SAMPLES)
    return { length: rows.length, samples, classes: Uint8Array.from(classes), places: rowNumbers(rows.length) }
  })
}

function rowNumbers(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i + 1)
}

function addRow(line: string, rows: Float32Array[], classes: number[], path: string): void {
  const where = `${path} row ${rows.length + 1}`
  const fail = (problem: string, got: string | number, expected: string | number) =>
    new HolterError({ stage: 'ecg', where, problem, got, expected, hint: 'Each row holds 187 samples and a label' })
  const cells = line.slice(0, MAX_LINE + 1).split(',')
  if (cells.length !== HEARTBEAT_SAMPLES + 1)
    throw fail('the row has a wrong number of cells', cells.length, HEARTBEAT_SAMPLES + 1)
  const row = new Float32Array(HEARTBEAT_SAMPLES)
  for (let i = 0; i < HEARTBEAT_SAMPLES; i++) {
    const value = cells[i] === '' ? Number.NaN : Number(cells[i])
    if (!(value >= 0 && value <= 1))
      throw fail(`sample ${i} is not in its range`, JSON.stringify(cells[i].slice(0, 30)), '0 to 1')
    row[i] = value
  }
  const label = cells[HEARTBEAT_SAMPLES].trim() === '' ? Number.NaN : Number(cells[HEARTBEAT_SAMPLES])
  if (BEAT_CLASSES[label] === undefined)
    throw fail('no such label', JSON.stringify(cells[HEARTBEAT_SAMPLES].slice(0, 30)), '0 to 4')
  rows.push(row)
  classes.push(label)
}

/** Returns lead II of a record (else its first) at 125 Hz, in millivolts: what `heartbeatsOf` cuts. */
export function heartbeatSignal(record: MitBihRecord): Float64Array {
  const leads = record.leads()
  return resample(leads.get('MLII') ?? [...leads.values()][0], MIT_BIH_RATE_HZ, HEARTBEAT_RATE_HZ)
}

/**
 * Returns beats of MIT-BIH records made the same way: lead II (else the first) at 125 Hz, in windows of 10 s scaled to 0 … 1, from each
 * annotated R peak over 1.2 median RR intervals of its window, at most 187 samples. A beat that reaches past its window goes on in the scale of
 * that window, kept within 0 … 1; only beats that the record's end cuts, and those alone in a window, are left out. Classes by convention ML.
 * Source: Kachuee, Fazeli and Sarrafzadeh, IEEE ICHI 2018, who detect the R peaks.
 */
export function heartbeatsOf(record: MitBihRecord, signal: Float64Array = heartbeatSignal(record)): Heartbeats {
  const beats = record.beats('ml')
  const { rows, kept } = cutRows(signal, peaksAt125(beats.samples, MIT_BIH_RATE_HZ))
  const samples = new Float32Array(rows.length * HEARTBEAT_SAMPLES)
  for (const [i, row] of rows.entries()) samples.set(row, i * HEARTBEAT_SAMPLES)
  return {
    length: rows.length,
    samples,
    classes: Uint8Array.from(kept, k => beats.classes[k]),
    places: Int32Array.from(kept, k => beats.samples[k]),
  }
}

/** Returns beats of any recording, made in the same way of lead II (MLII), else of its first lead. */
export function cutHeartbeats({ leads, sampleRateHz, peaks }: PeakedRecording): CutBeats {
  const mainLead = ['MLII', 'II', ...leads.keys()].find(name => leads.has(name))!
  const { rows, kept } = cutRows(
    resample(leads.get(mainLead)!, sampleRateHz, HEARTBEAT_RATE_HZ),
    peaksAt125(peaks, sampleRateHz),
  )
  return { peaks: kept, mainLead, read: (index, out, at) => out.set(rows[index], at) }
}

function peaksAt125(peaks: Int32Array, sampleRateHz: number): number[] {
  return Array.from(peaks, sample => Math.round((sample * HEARTBEAT_RATE_HZ) / sampleRateHz))
}

/** Returns the rows of the peaks that have one, and which these are. */
function cutRows(signal: Float64Array, peaks: readonly number[]): { rows: Float32Array[]; kept: number[] } {
  const window = WINDOW_SECONDS * HEARTBEAT_RATE_HZ
  const rows: Float32Array[] = []
  const kept: number[] = []
  for (let start = 0, next = 0; start < signal.length; start += window) {
    const first = next
    while (next < peaks.length && peaks[next] < start + window) next++
    const intervals = peaks.slice(first + 1, next).map((peak, i) => peak - peaks[first + i])
    if (intervals.length === 0) continue
    const length = Math.min(HEARTBEAT_SAMPLES, Math.round(RR_SHARE * median(intervals)))
    const own = signal.subarray(start, start + window)
    const least = own.reduce((a, b) => Math.min(a, b))
    const range = own.reduce((a, b) => Math.max(a, b)) - least
    if (!(range > 0)) continue
    for (let k = first; k < next; k++) {
      if (peaks[k] + length > signal.length) break
      const row = new Float32Array(HEARTBEAT_SAMPLES)
      for (let i = 0; i < length; i++) row[i] = Math.min(1, Math.max(0, (signal[peaks[k] + i] - least) / range))
      rows.push(row)
      kept.push(k)
    }
  }
  return { rows, kept }
}

function median(values: readonly number[]): number {
  const sorted = values.slice().sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
