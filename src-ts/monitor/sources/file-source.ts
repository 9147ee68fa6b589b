import { existsSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { testFoldOf } from '../../ecg/datasets/test-fold.ts'
import { readEcg } from '../../ecg/formats/read-ecg.ts'
import { readWindow } from '../../ecg/formats/read-window.ts'
import { readHeader } from '../../ecg/formats/wfdb-header.ts'
import { HolterError } from '../../errors.ts'
import { MISSING } from '../lead.ts'
import type { Source } from './source.ts'

export interface FileOptions {
  /** Of a CSV or .npy file. */
  readonly sampleRateHz?: number
  readonly units?: string
  readonly leads?: readonly string[]
  readonly checksum?: boolean
}

/** A WFDB record is read so much at a time: a day's worth takes no more memory than this. */
const WINDOW_SECONDS = 60

/** Opens a recording in a file: a WFDB record piece by piece, EDF, CSV and .npy as a whole. The test fold of PTB-XL stays closed. */
export function fileSource(path: string, options: FileOptions = {}): Source {
  const record = path.replace(/\.(?:hea|dat|edf|csv|npy)$/i, '')
  if (testFoldOf(dirname(resolve(record)))(record)) {
    const problem = 'this record belongs to the test fold, which only holter evaluate --split test opens'
    throw new HolterError({ stage: 'ecg', where: record, problem, hint: 'Monitor a record of another fold' })
  }
  const header = path.endsWith('.hea') ? path : `${path}.hea`
  return existsSync(header) ? wfdbSource(header, options) : wholeSource(path, record, options)
}

function wfdbSource(header: string, { checksum }: FileOptions): Source {
  const { frames, sampleRateHz: frameRateHz } = readHeader(header)
  const name = basename(header, '.hea')
  // A header without a length leaves it to its signal file, which has to be read as a whole.
  if (frames === undefined) return wholeSource(header, name, { checksum })
  const seconds = frames / frameRateHz
  const window = (from: number) => readWindow(header, from, WINDOW_SECONDS, { checksum })
  const first = readWindow(header, 0, Math.min(1, seconds), { checksum })
  requireLeads(header, first.leads.size)
  return {
    name,
    leads: [...first.leads.keys()],
    sampleRateHz: first.sampleRateHz,
    seconds,
    live: false,
    async *blocks(signal) {
      for (let from = 0; from < seconds - 0.5 / frameRateHz && !signal?.aborted; from += WINDOW_SECONDS) {
        const { leads } = window(from)
        yield { kind: 'frames', frames: microvolts([...leads.values()]) }
      }
    },
  }
}

function wholeSource(path: string, record: string, options: FileOptions): Source {
  const ecg = readEcg(path, options)
  const { leads, sampleRateHz, samples, signals } = ecg
  requireLeads(path, leads.length)
  const block = Math.round(WINDOW_SECONDS * sampleRateHz)
  return {
    name: basename(record),
    leads,
    sampleRateHz,
    seconds: samples / sampleRateHz,
    live: false,
    async *blocks(signal) {
      for (let from = 0; from < samples && !signal?.aborted; from += block) {
        const part = signals.subarray(from * leads.length, Math.min(samples, from + block) * leads.length)
        yield { kind: 'frames', frames: Int32Array.from(part, microvolt) }
      }
    },
  }
}

function requireLeads(where: string, leads: number): void {
  if (leads === 0) throw new HolterError({ stage: 'ecg', where, problem: 'none of its signals is a voltage' })
}

function microvolts(leads: readonly Float64Array[]): Int32Array {
  const frames = new Int32Array(leads[0].length * leads.length)
  for (const [lead, values] of leads.entries())
    for (let i = 0, at = lead; i < values.length; i++, at += leads.length) frames[at] = microvolt(values[i])
  return frames
}

/** Returns a voltage in whole microvolts; what is no number, or larger than any amplifier's range, is missing. */
export function microvolt(millivolts: number): number {
  const value = Math.round(1000 * millivolts)
  return Math.abs(value) < 2 ** 31 ? value : MISSING
}
