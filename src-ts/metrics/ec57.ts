import { LEARNING_MINUTES } from '../ecg/datasets/mit-bih.ts'

/**
 * The comparison of detected with annotated beats that EC57 and IEC 60601-2-47 ask for, as `bxb` of the WFDB software does it.
 * Times are sample numbers in ascending order.
 */

/** Largest distance of a detection from its beat. */
export const MATCH_SECONDS = 0.15

/** A stretch in which nothing is scored, both ends included. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Which detection belongs to which beat; −1 where there is none. No detection and no beat is in two pairs. */
export interface Pairs {
  /** Per reference beat, the index of its detection. */
  readonly ofReference: Int32Array
  /** Per detection, the index of its reference beat. */
  readonly ofDetected: Int32Array
}

/**
 * Returns the pairs of beats and detections that lie at most `window` apart. The earlier of the two that are next is paired with
 * the later one unless that lies nearer to its own successor on the other side, and that successor has no better partner
 * (the rule of bxb, WFDB Applications Guide).
 */
export function matchBeats(reference: ArrayLike<number>, detected: ArrayLike<number>, window: number): Pairs {
  const ofReference = new Int32Array(reference.length).fill(-1)
  const ofDetected = new Int32Array(detected.length).fill(-1)
  const at = (times: ArrayLike<number>, i: number) => (i < times.length ? times[i] : Number.POSITIVE_INFINITY)
  for (let r = 0, d = 0; r < reference.length && d < detected.length; ) {
    const detectedFirst = detected[d] < reference[r]
    const [late, early] = detectedFirst ? [reference[r], detected[d]] : [detected[d], reference[r]]
    const nextEarly = detectedFirst ? at(detected, d + 1) : at(reference, r + 1)
    const nextLate = detectedFirst ? at(reference, r + 1) : at(detected, d + 1)
    const rivalDistance = Math.abs(late - nextEarly)
    const nearest = late - early < rivalDistance || Math.abs(nextLate - nextEarly) < rivalDistance
    if (late - early <= window && nearest) {
      ofReference[r] = d
      ofDetected[d] = r
      r++
      d++
    } else if (detectedFirst) d++
    else r++
  }
  return { ofReference, ofDetected }
}

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
