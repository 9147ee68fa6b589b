import { random } from '../random.ts'
import { column, countRecords, type PatientPredictions, perLabel, wrong } from './predictions.ts'
import { logOdds } from './probabilities.ts'
import { rank } from './ranking.ts'
import { mean, weightedAuc } from './roc.ts'

/** Lower and upper end. */
export type Interval = readonly [low: number, high: number]

export interface BootstrapOptions {
  /** Default 1,000. */
  readonly resamples?: number
  /** Default 0. The same seed draws the same patients. */
  readonly seed?: number
  /** Share of the resamples inside the interval, default .95. */
  readonly level?: number
}

/** Numbers of one set of records, and of each resample of its patients. */
export interface Resampled {
  readonly whole: readonly number[]
  /** One row of the same numbers per resample; empty where they are too rare for a bootstrap. */
  readonly drawn: readonly (readonly number[])[]
  readonly patients: number
  /** Resamples thrown away and drawn again because a number of `whole` was NaN there. */
  readonly redrawn: number
}

const DRAWS_BEFORE_GIVING_UP = 100

/**
 * Returns numbers on all records and on resamples of patients (Efron and Tibshirani, 1993, chapter 13): as many patients as there
 * are, with replacement, each with all of its records, since records of one patient are not independent. `numbers` is told how
 * often each record is there, and returns NaN for what cannot be said; a resample in which a number gets lost (a label its last
 * positive) is drawn again, so that every one has the same labels in its means. Where that fails 100 times in a row nothing is drawn.
 */
export function bootstrap(
  patients: readonly string[],
  numbers: (weights?: Uint32Array) => readonly number[],
  { resamples = 1000, seed = 0 }: BootstrapOptions = {},
): Resampled {
  const whole = numbers()
  const scored = [...whole.keys()].filter(i => !Number.isNaN(whole[i]))
  const draw = patientDraws(patients, seed)
  const drawn: (readonly number[])[] = []
  let redrawn = 0
  for (let failed = 0; scored.length && drawn.length < resamples && failed < DRAWS_BEFORE_GIVING_UP; ) {
    const row = numbers(draw.next())
    const complete = scored.every(i => !Number.isNaN(row[i]))
    if (complete) drawn.push(row)
    else redrawn++
    failed = complete ? 0 : failed + 1
  }
  return { whole, drawn: drawn.length === resamples ? drawn : [], patients: draw.patients, redrawn }
}

export interface AucIntervals {
  readonly macro: Interval
  /** In label order; [NaN, NaN] for a label without an AUC. */
  readonly perLabel: Readonly<Record<string, Interval>>
  readonly patients: number
  readonly resamples: number
  readonly redrawn: number
}

/**
 * Returns percentile intervals of the AUC from bootstraps of patients. Where labels are too rare for a bootstrap all ends are NaN and
 * `resamples` is 0.
 */
export function aucIntervals(predictions: PatientPredictions, options: BootstrapOptions = {}): AucIntervals {
  requirePatients(predictions)
  const { level = 0.95 } = options
  const areas = bootstrap(predictions.patients, aucNumbers(predictions), options)
  return {
    macro: percentiles(areas.drawn.map(knownMean), level),
    perLabel: perLabel(predictions.labels, j =>
      percentiles(Number.isNaN(areas.whole[j]) ? [] : areas.drawn.map(row => row[j]), level),
    ),
    patients: areas.patients,
    resamples: areas.drawn.length,
    redrawn: areas.redrawn,
  }
}

/** Returns a function that gives the AUC of each label, for records as they are or weighted. */
export function aucNumbers(predictions: PatientPredictions): (weights?: Uint32Array) => number[] {
  const { labels, targets } = predictions
  const scores = logOdds(predictions)
  const width = labels.length
  const positives = labels.map((_, j) => column(targets, width, j))
  const rankings = labels.map((_, j) => rank(column(scores, width, j)))
  return weights => rankings.map((ranking, j) => weightedAuc(ranking, positives[j], weights))
}

/** Throws HolterError unless the predictions fit together and each record has its patient. */
export function requirePatients(predictions: PatientPredictions): void {
  const records = countRecords(predictions)
  if (predictions.patients.length !== records)
    throw wrong('patients', 'not one per record', predictions.patients.length, records)
}

/** Returns the mean of what is a number. */
export function knownMean(values: readonly number[]): number {
  return mean(values.filter(value => !Number.isNaN(value)))
}

/** The middle `level` of the values; quantiles interpolated linearly between order statistics (Hyndman and Fan's type 7). */
export function percentiles(values: readonly number[], level = 0.95): Interval {
  const sorted = Float64Array.from(values).sort()
  const quantile = (share: number) => {
    if (sorted.length === 0) return Number.NaN
    const place = share * (sorted.length - 1)
    const low = Math.floor(place)
    const high = Math.min(low + 1, sorted.length - 1)
    return sorted[low] + (place - low) * (sorted[high] - sorted[low])
  }
  return [quantile((1 - level) / 2), quantile((1 + level) / 2)]
}

/** Draws patients with replacement: `next()` returns how often each record is in the resample (the same array every time). */
function patientDraws(patients: readonly string[], seed: number) {
  const index = new Map([...new Set(patients)].map((patient, i) => [patient, i]))
  const patientOf = Uint32Array.from(patients, patient => index.get(patient)!)
  const timesDrawn = new Uint32Array(index.size)
  const weights = new Uint32Array(patients.length)
  const { integer } = random(seed)
  return {
    patients: index.size,
    next() {
      timesDrawn.fill(0)
      for (let i = 0; i < index.size; i++) timesDrawn[integer(index.size)]++
      for (let record = 0; record < weights.length; record++) weights[record] = timesDrawn[patientOf[record]]
      return weights
    },
  }
}
