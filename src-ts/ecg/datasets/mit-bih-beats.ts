import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { HolterError } from '../../errors.ts'
import { random } from '../../random.ts'
import { BEAT_CLASSES, type Convention } from '../beats/beat-classes.ts'
import { BEAT_CHANNELS, BEAT_FEATURES, BeatStream, type DescribedBeat } from '../beats/beat-stream.ts'
import { BEAT_RATE_HZ, BEAT_SAMPLES, beatFilter, cutBeat } from '../beats/beat-window.ts'
import { madeFibrillation, madeSickSinus } from '../beats/made-rhythm.ts'
import { MATCH_SECONDS, matchBeats } from '../beats/match-beats.ts'
import { detectQrs } from '../beats/qrs.ts'
import { resample } from '../signal/resample.ts'
import type { Dataset, Opened, RecordInfo, SplitName } from './dataset.ts'
import { flutterSpans, MIT_BIH_RATE_HZ, type MitBihRecord, openMitBih } from './mit-bih.ts'
import { DS1, DS1_TRAIN, DS1_VALIDATION, DS2, SHARED_PATIENT, SHARED_PATIENT_SENTENCE } from './mit-bih-sets.ts'
import { splitNames } from './packed-dataset.ts'
import type { CutBeats, PeakedRecording } from './peaked-recording.ts'
import { makeSplit } from './splits.ts'

/** Classes that a beat can be called; Q (paced, or not to be classified) holds 15 beats of both sides together and is left out. */
export const BEAT_LABELS = BEAT_CLASSES.slice(0, 4)
const LEFT_OUT = 'beats of class Q'

/** The records of each split, with the fold number that other data sets give it. */
const SPLITS = {
  train: { ids: DS1_TRAIN, fold: 1 },
  validation: { ids: DS1_VALIDATION, fold: 9 },
  test: { ids: DS2, fold: 10 },
} as const

/**
 * Opens the beats of MIT-BIH in folder `dir`: the two halves of DS1 to train and to choose on, DS2 to test on (de Chazal, O'Dwyer and
 * Reilly, IEEE Trans. Biomed. Eng. 51(7), 2004). Annotations of all are read, for the counts; signals of the splits asked for only.
 * Throws HolterError when records are missing or damaged.
 */
export async function openMitBihBeats(
  dir: string,
  convention: Convention,
  splits: readonly SplitName[],
  progress?: (done: number, total: number) => void,
): Promise<Opened> {
  const records = openMitBih(dir, [...DS1, ...DS2])
  requireApart(records)
  const of = (split: SplitName) => records.filter(({ id }) => SPLITS[split].ids.includes(id))
  const wanted = splitNames.filter(split => splits.includes(split))
  const hash = createHash('sha256')
  const datasets: Partial<Record<SplitName, Dataset>> = {}
  const total = wanted.reduce((sum, split) => sum + of(split).length, 0)
  let done = 0
  for (const split of wanted) {
    const beats: LabelledBeat[] = []
    for (const record of of(split)) {
      beats.push(...labelledBeats(record, convention, SPLITS[split].fold))
      progress?.(++done, total)
      await setImmediate()
    }
    hash.update(`${split} ${convention} ${beats.length}\n`)
    for (const { label, info, described } of beats) {
      hash.update(`${info.id}\t${label}\n`).update(bytesOf(described.channels)).update(bytesOf(described.features))
    }
    const along = () =>
      beatDataset(
        split,
        of(split).flatMap(record => beatsAlong(record, convention, SPLITS[split].fold)),
      )
    datasets[split] = { ...beatDataset(split, beats), ...(split !== 'test' && { along }) }
  }
  const counts = splitNames.map(split => [split, countOf(of(split), convention)] as const)
  return {
    name: 'mit-bih',
    synthetic: false,
    source: dir,
    records: Object.fromEntries(counts.map(([split, { labelled }]) => [split, labelled])) as Record<SplitName, number>,
    dropped: { [LEFT_OUT]: counts.reduce((sum, [, { leftOut }]) => sum + leftOut, 0) },
    notes: [SHARED_PATIENT_SENTENCE],
    hash: hash.digest('hex'),
    splits: datasets,
  }
}

/** Holds the published split to its own rule: throws HolterError when anybody is on two sides but the one who is known to be. */
export function requireApart(records: readonly Pick<MitBihRecord, 'id' | 'patient'>[]): void {
  const of = (ids: readonly string[]) => records.filter(({ id }) => ids.includes(id))
  makeSplit(of(DS1_TRAIN), of(DS1_VALIDATION))
  makeSplit(of(DS1), of(DS2), { patients: [SHARED_PATIENT.patient], sentence: SHARED_PATIENT_SENTENCE })
}

/** Rhythms that training is shown along, and what their beats' ids end in. */
const MADE = [
  { name: 'fibrillation', make: madeFibrillation },
  { name: 'sick-sinus', make: madeSickSinus },
] as const

interface LabelledBeat {
  readonly info: RecordInfo
  /** Index into BEAT_LABELS. */
  readonly label: number
  readonly described: DescribedBeat
}

/** Describes every beat of a record, since each belongs to the rhythm of the others, and returns those with one of the four labels. */
function labelledBeats(record: MitBihRecord, convention: Convention, fold: number): LabelledBeat[] {
  const { samples, classes } = record.beats(convention)
  return labelled(record, fold, '', describeBeats(leadsOf(record), samples), [...samples], [...classes])
}

/**
 * Returns the beats of a record once more for training alone: where a detector finds them (detectQrs, which is not the monitor's, but errs
 * alike), and in two rhythms that few records have.
 */
function beatsAlong(record: MitBihRecord, convention: Convention, fold: number): LabelledBeat[] {
  const { samples, classes } = record.beats(convention)
  const leads = filtered(leadsOf(record))
  const peaks = detectQrs(leads[0], MIT_BIH_RATE_HZ)
  const { ofDetected } = matchBeats(samples, peaks, MATCH_SECONDS * MIT_BIH_RATE_HZ)
  const flutter = flutterSpans(record.annotations)
  const labels = Array.from(ofDetected, (place, i) => {
    if (place >= 0) return classes[place]
    // Waves of flutter are neither beats nor none; what else is no beat must at least not be called an ectopic one.
    return flutter.some(({ from, to }) => peaks[i] >= from && peaks[i] <= to) ? undefined : BEAT_CLASSES.indexOf('N')
  })
  const made = MADE.flatMap(({ name, make }, i) => {
    const beats = make(classes, random(i + 1, Number(record.id)))
    const places = beats.map(({ like }) => samples[like])
    const described = describeFiltered(
      leads,
      places,
      beats.map(({ seconds }) => seconds),
    )
    const called = beats.map(({ label }) => label)
    return labelled(record, fold, `-${name}`, described, places, called)
  })
  const detected = describeFiltered(leads, peaks)
  return [...labelled(record, fold, '-detected', detected, [...peaks], labels), ...made]
}

/** Puts descriptions and labels together; `peaks` are samples, `suffix` tells what has the same peak apart. */
function labelled(
  record: MitBihRecord,
  fold: number,
  suffix: string,
  described: readonly DescribedBeat[],
  peaks: readonly number[],
  labels: readonly (number | undefined)[],
): LabelledBeat[] {
  return described.flatMap((beat, i) => {
    const label = labels[i]
    if (label === undefined || label >= BEAT_LABELS.length) return []
    const seconds = peaks[i] / MIT_BIH_RATE_HZ
    const info = {
      id: `${record.id}/${peaks[i]}${suffix}`,
      patient: record.patient,
      fold,
      from: { recording: record.id, seconds },
    }
    return [{ info, label, described: beat }]
  })
}

/** Returns the two leads with MLII first, as in all records but 114. */
export function leadsOf(record: MitBihRecord): readonly [Float64Array, Float64Array] {
  const leads = [...record.leads()]
  const main = Math.max(
    0,
    leads.findIndex(([name]) => name === 'MLII'),
  )
  return [leads[main][1], leads[1 - main][1]]
}

/** Returns the description of each beat of one recording of two leads at 360 Hz; `peaks` are samples, ascending. */
export function describeBeats(
  leads: readonly [ArrayLike<number>, ArrayLike<number>],
  peaks: Int32Array,
): DescribedBeat[] {
  return describeFiltered(filtered(leads), peaks)
}

function filtered(leads: readonly [ArrayLike<number>, ArrayLike<number>]): [Float64Array, Float64Array] {
  const [main, second] = leads.map(lead => beatFilter().filter(lead))
  return [main, second]
}

/** Describes the beats at some peaks of filtered leads; `seconds` are their times if these were drawn. */
function describeFiltered(
  [main, second]: readonly [Float64Array, Float64Array],
  peaks: ArrayLike<number>,
  seconds?: readonly number[],
): DescribedBeat[] {
  const stream = new BeatStream()
  const described: DescribedBeat[] = []
  for (let i = 0; i < peaks.length; i++) {
    const windows = [cutBeat(main, peaks[i]), cutBeat(second, peaks[i])] as const
    described.push(...stream.push({ seconds: seconds?.[i] ?? peaks[i] / MIT_BIH_RATE_HZ, windows }))
  }
  return [...described, ...stream.end()]
}

/**
 * Returns the beats of any recording of at least two leads, described as those of MIT-BIH are: at 360 Hz, MLII before the other lead
 * where it is there. Throws HolterError when there is one lead only.
 */
export function cutMitBihBeats({ leads, sampleRateHz, peaks }: PeakedRecording): CutBeats {
  const main = leads.has('MLII') ? 'MLII' : [...leads.keys()][0]
  const second = [...leads.keys()].find(name => name !== main)
  if (second === undefined) {
    const problem = 'a model of these beats looks at two leads at once'
    throw new HolterError({ stage: 'ecg', where: 'leads', problem, got: main, expected: 'MLII and a second one' })
  }
  const at360 = (name: string) => resample(leads.get(name)!, sampleRateHz, MIT_BIH_RATE_HZ)
  const places = peaks.map(peak => Math.round((peak * MIT_BIH_RATE_HZ) / sampleRateHz))
  const beats = describeBeats([at360(main), at360(second)], places)
  return {
    peaks: [...beats.keys()],
    mainLead: main,
    read: (index, out, at) => out.set(beats[index].channels, at),
    features: { names: BEAT_FEATURES, read: (index, out, at) => out.set(beats[index].features, at) },
  }
}

function beatDataset(split: SplitName, beats: readonly LabelledBeat[]): Dataset {
  const targets = new Uint8Array(beats.length * BEAT_LABELS.length)
  for (const [i, { label }] of beats.entries()) targets[i * BEAT_LABELS.length + label] = 1
  return {
    name: 'mit-bih',
    synthetic: false,
    split,
    kind: 'single-label',
    length: beats.length,
    samples: BEAT_SAMPLES,
    sampleRateHz: BEAT_RATE_HZ,
    leads: BEAT_CHANNELS,
    labels: BEAT_LABELS,
    targets,
    records: beats.map(({ info }) => info),
    read: (index, out, at) => out.set(beats[index].described.channels, at),
    features: { names: BEAT_FEATURES, read: (index, out, at) => out.set(beats[index].described.features, at) },
  }
}

/** Counts beats with a label, and those left out, by annotations alone. */
function countOf(records: readonly MitBihRecord[], convention: Convention): { labelled: number; leftOut: number } {
  let [labelled, leftOut] = [0, 0]
  for (const record of records)
    for (const index of record.beats(convention).classes) index < BEAT_LABELS.length ? labelled++ : leftOut++
  return { labelled, leftOut }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
