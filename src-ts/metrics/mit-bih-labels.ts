import { BEAT_CLASSES } from '../ecg/beats/beat-classes.ts'
import { MATCH_SECONDS, matchBeats } from '../ecg/beats/match-beats.ts'
import { firstScoredSample, flutterSpans, MIT_BIH_RATE_HZ, type MitBihRecord } from '../ecg/datasets/mit-bih.ts'
import { ECTOPIC, type Ectopic } from './aami.ts'
import { grossCounts, type QrsCounts, type QrsScore, qrsScore } from './ec57.ts'

/** A beat as a classifier reports it. */
export interface CalledBeat {
  readonly sample: number
  readonly label: string
}

/** How the labels of a record compare with those of experts. */
export interface LabelCounts {
  /** Row: what experts say (N S V F Q), column: what was said (N S V F Q, missed). */
  readonly confusion: readonly (readonly number[])[]
  /** By EC57: without the first five minutes; a fusion beat called V is no error, and beats of class Q count for nothing. */
  readonly ectopic: Readonly<Record<Ectopic, QrsCounts>>
}

/** Several records together. */
export interface LabelScores {
  readonly confusion: readonly (readonly number[])[]
  /** Share of the beats of classes N S V F that were found and are called right. */
  readonly accuracy: number
  readonly ectopic: Readonly<Record<Ectopic, QrsScore>>
}

/** Pairs beats with the annotated ones as EC57 pairs them, and counts. */
export function countLabels(record: MitBihRecord, beats: readonly CalledBeat[]): LabelCounts {
  const { samples, classes } = record.beats('ml')
  const times = beats.map(({ sample }) => sample)
  const { ofReference, ofDetected } = matchBeats(samples, times, MATCH_SECONDS * MIT_BIH_RATE_HZ)
  const confusion = BEAT_CLASSES.map(() => new Array<number>(BEAT_CLASSES.length + 1).fill(0))
  for (const [i, place] of ofReference.entries()) {
    const called = place < 0 ? BEAT_CLASSES.length : (BEAT_CLASSES as readonly string[]).indexOf(beats[place].label)
    confusion[classes[i]][called]++
  }
  // Flutter has no beats to be labelled.
  const flutter = flutterSpans(record.annotations)
  const scored = (sample: number) =>
    sample >= firstScoredSample && !flutter.some(({ from, to }) => sample >= from && sample <= to)
  const counts = (ectopic: Ectopic): QrsCounts => {
    const name = ECTOPIC[ectopic]
    let [truePositives, falseNegatives, falsePositives] = [0, 0, 0]
    for (const [i, place] of ofReference.entries()) {
      const truth = BEAT_CLASSES[classes[i]]
      const called = place < 0 ? undefined : beats[place].label
      if (!scored(samples[i]) || truth === 'Q' || called === 'Q') continue
      if (truth === name) called === name ? truePositives++ : falseNegatives++
      else if (called === name && !(ectopic === 'VEB' && truth === 'F')) falsePositives++
    }
    // A beat that is none, and is called one.
    for (const [i, place] of ofDetected.entries())
      if (place < 0 && scored(beats[i].sample) && beats[i].label === name) falsePositives++
    return { truePositives, falseNegatives, falsePositives }
  }
  return { confusion, ectopic: { VEB: counts('VEB'), SVEB: counts('SVEB') } }
}

/** Returns the gross scores of records. */
export function labelScores(records: readonly LabelCounts[]): LabelScores {
  const confusion = BEAT_CLASSES.map((_, row) =>
    [...BEAT_CLASSES, 'missed'].map((_, column) =>
      records.reduce((sum, record) => sum + record.confusion[row][column], 0),
    ),
  )
  const known = confusion.slice(0, 4)
  const right = known.reduce((sum, row, i) => sum + row[i], 0)
  const found = known.reduce((sum, row) => sum + row.slice(0, -1).reduce((a, b) => a + b, 0), 0)
  const gross = (ectopic: Ectopic) => qrsScore(grossCounts(records.map(record => record.ectopic[ectopic])))
  return { confusion, accuracy: right / found, ectopic: { VEB: gross('VEB'), SVEB: gross('SVEB') } }
}
