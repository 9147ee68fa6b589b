import type { RecordInfo } from '../ecg/datasets/dataset.ts'
import { LEARNING_MINUTES } from '../ecg/datasets/mit-bih.ts'
import { SHARED_PATIENT } from '../ecg/datasets/mit-bih-sets.ts'
import { bootstrap, type Interval, percentiles } from './bootstrap.ts'
import { confusion, decide } from './confusion.ts'
import { averageScore, grossCounts, type QrsCounts, type QrsScore, qrsScore } from './ec57.ts'
import { type Predictions, perLabel } from './predictions.ts'

/** The two kinds of ectopic beats that EC57 asks about, and the label of each. */
export const ECTOPIC = { VEB: 'V', SVEB: 'S' } as const
export type Ectopic = keyof typeof ECTOPIC
type PerEctopic<T> = Readonly<Record<Ectopic, T>>
const ECTOPICS = Object.keys(ECTOPIC) as Ectopic[]

/** How the ectopic beats of one recording were found. */
export interface AamiRecord {
  readonly recording: string
  readonly beats: number
  readonly counts: PerEctopic<QrsCounts>
  /** Shares in [0, 1]; NaN where there was nothing to find or nothing found. */
  readonly scores: PerEctopic<QrsScore>
}

/** Several recordings together. */
export interface AamiSum {
  /** 'all', 'without 202', or 'without 232 (75 % of S)'. */
  readonly name: string
  readonly beats: number
  /** Share of the beats that are called right. */
  readonly accuracy: number
  /** As papers on learning count it, where a fusion beat called V is wrong. */
  readonly f1: Readonly<Record<string, number>>
  /** 95 %, from 1,000 bootstraps of recordings: one that holds most of a class decides its F1, and the interval says so. */
  readonly f1Interval: Readonly<Record<string, Interval>>
  /** Every beat weighs the same. */
  readonly gross: PerEctopic<QrsScore>
  /** Every recording weighs the same; those where a share has no meaning are left out of it. */
  readonly average: PerEctopic<QrsScore>
}

export interface AamiTable {
  /** Beats of the first minutes of each recording that are not scored. */
  readonly fromMinutes: number
  readonly records: readonly AamiRecord[]
  readonly sums: readonly AamiSum[]
}

/** The tables of a set of recordings: every beat, as papers on learning score them, and without the learning time that EC57 grants. */
export interface AamiTables {
  readonly all: AamiTable
  readonly ec57: AamiTable
}

/** Returns the tables, or undefined unless the predictions are of beats cut out of recordings, with labels S and V. */
export function aamiTables(predictions: Predictions, records: readonly RecordInfo[]): AamiTables | undefined {
  const { kind, labels } = predictions
  if (kind !== 'single-label' || !Object.values(ECTOPIC).every(label => labels.includes(label))) return undefined
  if (records.some(({ from }) => from === undefined)) return undefined
  return { all: aamiTable(predictions, records, 0), ec57: aamiTable(predictions, records, LEARNING_MINUTES) }
}

/** Returns the table of the beats from `fromMinutes` on; `records` tells where each predicted beat was cut out. */
export function aamiTable(predictions: Predictions, records: readonly RecordInfo[], fromMinutes: number): AamiTable {
  const beats = beatsOf(predictions, records, fromMinutes)
  const recordings = [...new Set(beats.map(({ recording }) => recording))].sort()
  const rows = recordings.map(recording => {
    const own = beats.filter(beat => beat.recording === recording)
    const counts = perEctopic(ectopic => countsOf(own, ectopic))
    return { recording, beats: own.length, counts, scores: perEctopic(ectopic => qrsScore(counts[ectopic])) }
  })
  const sum = (name: string, left?: string) =>
    sumOf(
      name,
      predictions.labels,
      beats.filter(({ recording }) => recording !== left),
      rows.filter(({ recording }) => recording !== left),
    )
  const shared: readonly string[] = recordings.filter(recording => recording === SHARED_PATIENT.records[1])
  const without = [
    ...shared.map(recording => sum(`without ${recording}`, recording)),
    ...ECTOPICS.flatMap(ectopic => {
      const most = holderOfMost(ectopic, rows)
      return most && !shared.includes(most.recording)
        ? [sum(`without ${most.recording} (${most.percent} % of ${ECTOPIC[ectopic]})`, most.recording)]
        : []
    }),
  ]
  return { fromMinutes, records: rows, sums: [sum('all'), ...(recordings.length > 1 ? without : [])] }
}

/** Returns the recording that holds more than half of a kind of beats, if there is one: by itself it decides the gross figures. */
function holderOfMost(
  ectopic: Ectopic,
  records: readonly AamiRecord[],
): { recording: string; percent: number } | undefined {
  const held = records.map(({ recording, counts }) => {
    const { truePositives, falseNegatives } = counts[ectopic]
    return { recording, beats: truePositives + falseNegatives }
  })
  const all = held.reduce((sum, { beats }) => sum + beats, 0)
  const most = held.find(({ beats }) => 2 * beats > all)
  return most && { recording: most.recording, percent: Math.round((100 * most.beats) / all) }
}

/** A beat with its label and the one it was given. */
interface Beat {
  readonly recording: string
  readonly label: string
  readonly called: string
}

function beatsOf(predictions: Predictions, records: readonly RecordInfo[], fromMinutes: number): Beat[] {
  const { labels, targets } = predictions
  const width = labels.length
  const decisions = decide(predictions, [])
  const named = (rows: Uint8Array, i: number) => labels[rows.subarray(i * width, (i + 1) * width).indexOf(1)]
  return records.flatMap(({ from }, i) =>
    from!.seconds < 60 * fromMinutes
      ? []
      : [{ recording: from!.recording, label: named(targets, i), called: named(decisions, i) }],
  )
}

/**
 * Counts of one kind of ectopic beats. A fusion beat (F), which is half a ventricular one, may be called V unpunished; nothing of the kind
 * holds for S (EC57, and the program bxb of the WFDB tools, which applies it). Beats of class Q, to be excused as well, are left out already.
 */
function countsOf(beats: readonly Beat[], ectopic: Ectopic): QrsCounts {
  const name = ECTOPIC[ectopic]
  const count = (holds: (beat: Beat) => boolean) => beats.reduce((sum, beat) => sum + Number(holds(beat)), 0)
  return {
    truePositives: count(({ label, called }) => label === name && called === name),
    falseNegatives: count(({ label, called }) => label === name && called !== name),
    falsePositives: count(
      ({ label, called }) => label !== name && called === name && !(ectopic === 'VEB' && label === 'F'),
    ),
  }
}

function sumOf(
  name: string,
  labels: readonly string[],
  beats: readonly Beat[],
  records: readonly AamiRecord[],
): AamiSum {
  const rows = (of: (beat: Beat) => string) =>
    Uint8Array.from(beats.flatMap(beat => labels.map(label => Number(label === of(beat)))))
  const scores = confusion(
    rows(({ called }) => called),
    { kind: 'single-label', labels, targets: rows(({ label }) => label) },
  )
  const all = (ectopic: Ectopic) => records.map(({ counts }) => counts[ectopic])
  return {
    name,
    beats: beats.length,
    accuracy: scores.accuracy,
    f1: perLabel(labels, j => scores.perLabel[labels[j]].f1),
    f1Interval: f1Intervals(labels, beats),
    gross: perEctopic(ectopic => qrsScore(grossCounts(all(ectopic)))),
    average: perEctopic(ectopic => averageScore(all(ectopic))),
  }
}

/** Returns percentile intervals of each label's F1 from bootstraps of recordings. */
function f1Intervals(labels: readonly string[], beats: readonly Beat[]): Record<string, Interval> {
  const recordings = [...new Set(beats.map(({ recording }) => recording))]
  const of = (label: string) =>
    recordings.map(recording => {
      const own = beats.filter(beat => beat.recording === recording)
      const count = (holds: (beat: Beat) => boolean) => own.reduce((sum, beat) => sum + Number(holds(beat)), 0)
      const right = count(beat => beat.label === label && beat.called === label)
      return { right, named: count(beat => beat.label === label) + count(beat => beat.called === label) }
    })
  const counts = labels.map(of)
  const f1s = (weights?: Uint32Array) =>
    counts.map(rows => {
      const sum = (key: 'right' | 'named') => rows.reduce((all, row, i) => all + row[key] * (weights?.[i] ?? 1), 0)
      return (2 * sum('right')) / sum('named')
    })
  const { whole, drawn } = bootstrap(recordings, f1s)
  return perLabel(labels, j => percentiles(Number.isNaN(whole[j]) ? [] : drawn.map(row => row[j])))
}

function perEctopic<T>(value: (ectopic: Ectopic) => T): PerEctopic<T> {
  return Object.fromEntries(ECTOPICS.map(ectopic => [ectopic, value(ectopic)])) as PerEctopic<T>
}
