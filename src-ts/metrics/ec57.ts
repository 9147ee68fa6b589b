import { MATCH_SECONDS, matchBeats } from '../ecg/beats/match-beats.ts'
import { LEARNING_MINUTES, type Span } from '../ecg/datasets/mit-bih.ts'

/**
 * The comparison of detected with annotated beats that EC57 and IEC 60601-2-47 ask for, as `bxb` of the WFDB software does it.
 * Times are sample numbers in ascending order.
 */

/** Counts of one record, or of several summed up. */
export interface QrsCounts {
  readonly truePositives: number
  readonly falseNegatives: number
  readonly falsePositives: number
}

/**
 * Returns the counts of one record after the learning time, outside `unscored` (ventricular flutter and fibrillation, where EC57
 * asks for no beats). A pair counts where its reference beat lies, so that no pair is cut in two at a border.
 */
export function countQrs(
  reference: ArrayLike<number>,
  detected: ArrayLike<number>,
  sampleRateHz: number,
  unscored: readonly Span[] = [],
): QrsCounts {
  const start = 60 * LEARNING_MINUTES * sampleRateHz
  const scored = (time: number) => time >= start && !unscored.some(({ from, to }) => time >= from && time <= to)
  const { ofReference, ofDetected } = matchBeats(reference, detected, MATCH_SECONDS * sampleRateHz)
  let [truePositives, falseNegatives, falsePositives] = [0, 0, 0]
  for (const [r, d] of ofReference.entries()) {
    if (!scored(reference[r])) continue
    if (d >= 0) truePositives++
    else falseNegatives++
  }
  for (const [d, r] of ofDetected.entries()) if (r < 0 && scored(detected[d])) falsePositives++
  return { truePositives, falseNegatives, falsePositives }
}

/** Shares in [0, 1]; NaN where there was nothing to find or nothing found. */
export interface QrsScore {
  /** Beats found, of all beats. */
  readonly sensitivity: number
  /** Right detections, of all detections. */
  readonly positivePredictivity: number
}

/** Returns the score of one record, or the gross score of a sum. */
export function qrsScore({ truePositives, falseNegatives, falsePositives }: QrsCounts): QrsScore {
  return {
    sensitivity: truePositives / (truePositives + falseNegatives),
    positivePredictivity: truePositives / (truePositives + falsePositives),
  }
}

/** Returns the counts of several records summed up: every beat weighs the same in their gross score. */
export function grossCounts(records: readonly QrsCounts[]): QrsCounts {
  const sum = (field: keyof QrsCounts) => records.reduce((total, counts) => total + counts[field], 0)
  return {
    truePositives: sum('truePositives'),
    falseNegatives: sum('falseNegatives'),
    falsePositives: sum('falsePositives'),
  }
}

/** Returns the mean of the records' scores: every record weighs the same; records where a share has no meaning are left out of it. */
export function averageScore(records: readonly QrsCounts[]): QrsScore {
  const scores = records.map(qrsScore)
  const mean = (field: keyof QrsScore) => {
    const known = scores.map(score => score[field]).filter(value => !Number.isNaN(value))
    return known.reduce((sum, value) => sum + value, 0) / known.length
  }
  return { sensitivity: mean('sensitivity'), positivePredictivity: mean('positivePredictivity') }
}
