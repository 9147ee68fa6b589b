import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { HolterError } from '../../errors.ts'
import { BEAT_CLASSES } from '../beats/beat-classes.ts'
import type { Dataset, Opened, RecordInfo, SplitName } from './dataset.ts'
import { signalCacheDir } from './find-data.ts'
import {
  HEARTBEAT_RATE_HZ,
  HEARTBEAT_SAMPLES,
  type Heartbeats,
  heartbeatSignal,
  heartbeatsOf,
  locateHeartbeatCsv,
  readHeartbeatCsv,
  TEST_CSV,
  TRAIN_CSV,
} from './heartbeat.ts'
import { locateMitBih, MIT_BIH_RATE_HZ, type MitBihRecord, openMitBih } from './mit-bih.ts'
import { packedSignals, splitNames } from './packed-dataset.ts'
import { cachedSignals, signalKey } from './signal-cache.ts'
import { dealFolds } from './splits.ts'

/** Stands beside every score of this data: the split goes through patients. */
export const INTRA_PATIENT = 'Intra-patient: beats of one patient stand on both sides; says nothing about new patients.'

/** The split never changes, whatever the seed of a training. */
const SPLIT_SEED = 187
/** Folds 9 and 10 are the test part, a fifth as in the published files; fold 8 is for validation. */
const TRAINING_FOLDS = 8

/** 650,000 samples at 360 Hz: all records are equally long. */
const SIGNAL_SAMPLES = Math.ceil((650_000 * HEARTBEAT_RATE_HZ) / MIT_BIH_RATE_HZ)

type Progress = (done: number, total: number) => void

/** Beats with their fold and where they come from. */
interface Part {
  readonly beats: Heartbeats
  readonly fold: Uint16Array
  info(beat: number): RecordInfo
}

/** Returns the folder with the published files or, where there are none, with the records of MIT-BIH, at or below `root`. */
export function locateHeartbeats(root: string): string | undefined {
  return locateHeartbeatCsv(root) ?? locateMitBih(root)
}

/**
 * Returns beats of 187 samples at 125 Hz in 0 … 1 with one of five classes: the published files' where `dir` holds them, else beats made of
 * all 48 records of MIT-BIH. They are dealt to ten folds at random, each with its share of every class: 1–7 to train on, 8 for
 * validation, 9 and 10 for the test; of the published files the test file is the test part.
 */
export async function openHeartbeats(dir: string, splits: readonly SplitName[], progress?: Progress): Promise<Opened> {
  const published = locateHeartbeatCsv(dir) !== undefined
  const { parts, dropped } = published ? fromFiles(dir) : await fromRecords(dir, progress)
  const name = published ? 'heartbeat' : 'mit-bih beats'
  const records = Object.fromEntries(splitNames.map(split => [split, select(parts, split).length])) as Opened['records']
  const hash = createHash('sha256')
  const opened: Partial<Record<SplitName, Dataset>> = {}
  for (const split of splitNames.filter(wanted => splits.includes(wanted))) {
    const dataset = datasetOf(name, split, select(parts, split))
    opened[split] = dataset
    addToHash(hash, dataset)
  }
  return {
    name,
    synthetic: false,
    source: dir,
    records,
    notes: [INTRA_PATIENT],
    dropped,
    hash: hash.digest('hex'),
    splits: opened,
  }
}

function fromFiles(dir: string) {
  const folder = locateHeartbeatCsv(dir)!
  const part = (file: string, folds: number, first: number): Part => {
    const beats = readHeartbeatCsv(join(folder, file))
    const id = (beat: number) => `${file} row ${beat + 1}`
    const fold = dealBeats(beats.classes, id, folds).map(dealt => first + dealt)
    // The files do not say whose a beat is.
    return { beats, fold, info: beat => ({ id: id(beat), patient: id(beat), fold: fold[beat] }) }
  }
  return { parts: [part(TRAIN_CSV, TRAINING_FOLDS, 1), part(TEST_CSV, 2, TRAINING_FOLDS + 1)], dropped: {} }
}

async function fromRecords(dir: string, progress?: Progress) {
  const folder = locateMitBih(dir) ?? dir
  const records = openMitBih(folder)
  const signals = await signalsOf(folder, records, progress)
  let dropped = 0
  const made = records.map((record, i) => {
    const beats = heartbeatsOf(record, signals[i])
    dropped += record.beats('ml').samples.length - beats.length
    return { beats, id: record.id, patient: record.patient }
  })
  const classes = made.flatMap(({ beats }) => [...beats.classes])
  const ids = made.flatMap(({ beats, id }) => Array.from(beats.places, place => `${id}/${place}`))
  const fold = dealBeats(Uint8Array.from(classes), beat => ids[beat], TRAINING_FOLDS + 2).map(dealt => 1 + dealt)
  let start = 0
  const parts = made.map(({ beats, patient }): Part => {
    const first = start
    start += beats.length
    return {
      beats,
      fold: fold.subarray(first, start),
      // Without `from`: tables of EC57 by recording would look like a protocol that this split is not.
      info: beat => ({ id: ids[first + beat], patient, fold: fold[first + beat] }),
    }
  })
  return { parts, dropped: { 'cut by the end of the record, or alone in its window': dropped } }
}

/** Returns the signals at 125 Hz, from the cache where it has them: resampling takes most of the time. */
async function signalsOf(folder: string, records: readonly MitBihRecord[], progress?: Progress) {
  // The cache keeps words of 16 bits; a sample in double precision takes four.
  const words = 4 * SIGNAL_SAMPLES
  const form = { records: records.length, samples: words, leads: 1 }
  const files = records.flatMap(({ id }) => ['hea', 'dat'].map(extension => join(folder, `${id}.${extension}`)))
  const key = signalKey({ ...form, signals: 'heartbeat', sampleRateHz: HEARTBEAT_RATE_HZ }, files)
  const doubles = (digital: Int16Array) =>
    records.map((_, i) => new Float64Array(digital.buffer, 2 * i * words, SIGNAL_SAMPLES))
  const build = async () => {
    const packed = packedSignals(records.length, words, 1)
    for (const [i, place] of doubles(packed.digital).entries()) {
      const signal = heartbeatSignal(records[i])
      if (signal.length !== SIGNAL_SAMPLES) throw wrongLength(folder, records[i], signal.length)
      place.set(signal)
      progress?.(i + 1, records.length)
      // Lets a progress bar be drawn, and Ctrl-C be heard.
      await setImmediate()
    }
    return packed
  }
  const { digital } = await cachedSignals(signalCacheDir(), key, form, build)
  progress?.(records.length, records.length)
  return doubles(digital)
}

function wrongLength(folder: string, { id }: MitBihRecord, samples: number): HolterError {
  return new HolterError({
    stage: 'ecg',
    where: join(folder, id),
    problem: 'the record has another length than those of MIT-BIH',
    got: `${samples} samples at ${HEARTBEAT_RATE_HZ} Hz`,
    expected: SIGNAL_SAMPLES,
    hint: 'Fetch it again: holter data fetch mit-bih',
  })
}

/**
 * Returns the fold, 0 … folds − 1, of each beat, every fold with its share of each class. Each beat is dealt as if it were a patient of its own:
 * this is where the rule that a patient stands on one side only is given up, as the published files do, and why INTRA_PATIENT is said.
 */
export function dealBeats(classes: Uint8Array, idOf: (beat: number) => string, folds: number): Uint16Array {
  const beats = Array.from(classes, (_, beat) => ({ id: idOf(beat), patient: idOf(beat) }))
  return dealFolds(beats, { folds, seed: SPLIT_SEED, labelsOf: beat => [classes[beat]] })
}

/** A beat: which part, and which of its rows. */
type Place = readonly [part: Part, beat: number]

function select(parts: readonly Part[], split: SplitName): Place[] {
  return parts.flatMap(part => {
    const beats = Array.from(part.fold.keys()).filter(beat => splitOfFold(part.fold[beat]) === split)
    return beats.map((beat): Place => [part, beat])
  })
}

function splitOfFold(fold: number): SplitName {
  return fold < TRAINING_FOLDS ? 'train' : fold === TRAINING_FOLDS ? 'validation' : 'test'
}

function datasetOf(name: string, split: SplitName, places: readonly Place[]): Dataset {
  const targets = new Uint8Array(places.length * BEAT_CLASSES.length)
  for (const [i, [{ beats }, beat]] of places.entries()) targets[i * BEAT_CLASSES.length + beats.classes[beat]] = 1
  return {
    name,
    synthetic: false,
    split,
    kind: 'single-label',
    length: places.length,
    samples: HEARTBEAT_SAMPLES,
    sampleRateHz: HEARTBEAT_RATE_HZ,
    leads: ['MLII'],
    labels: BEAT_CLASSES,
    targets,
    records: places.map(([part, beat]) => part.info(beat)),
    read(index, out, at) {
      const [{ beats }, beat] = places[index]
      out.set(beats.samples.subarray(beat * HEARTBEAT_SAMPLES, (beat + 1) * HEARTBEAT_SAMPLES), at)
    },
  }
}

function addToHash(hash: ReturnType<typeof createHash>, { split, length, records, targets, read }: Dataset): void {
  hash.update(`${split} ${length}\n`)
  hash.update(records.map(({ id, patient, fold }) => `${id}\t${patient}\t${fold}\n`).join(''))
  hash.update(targets)
  const row = new Float32Array(HEARTBEAT_SAMPLES)
  for (let index = 0; index < length; index++) {
    read(index, row, 0)
    hash.update(row)
  }
}
