import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../../errors.ts'
import { BEAT_CLASSES, beatClass, type Convention } from '../beats/beat-classes.ts'
import { type Annotation, readAnnotations } from '../formats/wfdb-annotations.ts'
import { physical, type ReadOptions, readRecord } from '../formats/wfdb-signals.ts'
import { MIT_BIH_SETS, type MitBihSet, mitBihPatient } from './mit-bih-sets.ts'

/** Names under which the data set is found below a data root: ours, PhysioNet's zip, and PhysioNet's `wget -r`. */
const FOLDERS = ['.', 'mit-bih', 'mitdb', 'mit-bih-arrhythmia-database-1.0.0', 'physionet.org/files/mitdb/1.0.0']

/** The file whose presence makes a folder an MIT-BIH folder. */
export const FIRST_FILE = '100.atr'

/** Minutes at a record's start that EC57 leaves to the algorithm for learning, and does not score. */
export const LEARNING_MINUTES = 5

/** Returns the folder with MIT-BIH records at or below `root`, or undefined. */
export function locateMitBih(root: string): string | undefined {
  return FOLDERS.map(folder => join(root, folder)).find(folder => existsSync(join(folder, FIRST_FILE)))
}

/** Beats of one record. */
export interface Beats {
  /** Sample of each beat's annotation, near its R peak. */
  readonly samples: Int32Array
  /** Index into BEAT_CLASSES. */
  readonly classes: Uint8Array
  /** Mnemonic of each beat. */
  readonly symbols: readonly string[]
}

/** A record with its annotations; its signals are read when they are asked for. */
export interface MitBihRecord {
  readonly id: string
  readonly patient: string
  readonly annotations: readonly Annotation[]
  beats(convention: Convention, options?: BeatOptions): Beats
  /** Reads the signals in millivolts, by lead name as the header has it: MLII comes first in most records, second in 114. */
  leads(options?: ReadOptions): ReadonlyMap<string, Float64Array>
}

export interface BeatOptions {
  /** First sample that counts, for EC57 `firstScoredSample`. */
  readonly from?: number
}

export const MIT_BIH_RATE_HZ = 360
export const firstScoredSample = LEARNING_MINUTES * 60 * MIT_BIH_RATE_HZ

/** Opens the records of a set in the order of the set. A missing one is an error that names it. */
export function openMitBih(dir: string, set: MitBihSet | readonly string[] = 'all'): MitBihRecord[] {
  const ids: readonly string[] = typeof set === 'string' ? MIT_BIH_SETS[set] : set
  return ids.map(id => openRecord(dir, id))
}

function openRecord(dir: string, id: string): MitBihRecord {
  if (!MIT_BIH_SETS.all.includes(id)) {
    const expected = MIT_BIH_SETS.all.join(' ')
    throw new HolterError({ stage: 'ecg', where: dir, problem: 'MIT-BIH has no such record', got: id, expected })
  }
  const path = join(dir, id)
  const annotations = readAnnotations(`${path}.atr`).list
  return {
    id,
    patient: mitBihPatient(id),
    annotations,
    beats: (convention, options) => beatsOf(annotations, convention, options),
    leads(options) {
      const { header, digital } = readRecord(path, options)
      return new Map(header.signals.map((signal, i) => [signal.description, physical(signal, digital[i])]))
    },
  }
}

/** Returns the annotations that mark beats, with their classes. */
export function beatsOf(
  annotations: readonly Pick<Annotation, 'sample' | 'symbol'>[],
  convention: Convention,
  { from = 0 }: BeatOptions = {},
): Beats {
  const found = annotations.flatMap(({ sample, symbol }) => {
    const index = sample >= from ? beatClass(symbol, convention) : undefined
    return index === undefined ? [] : [{ sample, symbol, index }]
  })
  return {
    samples: Int32Array.from(found, beat => beat.sample),
    classes: Uint8Array.from(found, beat => beat.index),
    symbols: found.map(beat => beat.symbol),
  }
}

/** Returns the number of beats per class, in the order of BEAT_CLASSES. */
export function countBeats(records: readonly MitBihRecord[], convention: Convention, options?: BeatOptions): number[] {
  const counts = BEAT_CLASSES.map(() => 0)
  for (const record of records) {
    for (const index of record.beats(convention, options).classes) counts[index]++
  }
  return counts
}

/** A stretch of a record in samples, both ends included. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Returns the stretches of ventricular flutter and fibrillation, which annotations enclose in `[` and `]`; the last may be open. */
export function flutterSpans(annotations: readonly Annotation[]): Span[] {
  const spans: Span[] = []
  let from: number | undefined
  for (const { sample, symbol } of annotations) {
    if (symbol === '[') from ??= sample
    else if (symbol === ']' && from !== undefined) {
      spans.push({ from, to: sample })
      from = undefined
    }
  }
  return from === undefined ? spans : [...spans, { from, to: Number.POSITIVE_INFINITY }]
}
