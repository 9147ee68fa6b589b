import { random } from '../random.ts'
import { column, countRecords, type PatientPredictions, perLabel, wrong } from './predictions.ts'
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

export interface AucIntervals {
  readonly macro: Interval
  /** In label order; [NaN, NaN] for a label without an AUC. */
  readonly perLabel: Readonly<Record<string, Interval>>
  readonly patients: number
  readonly resamples: number
  /** Resamples thrown away and drawn again because a label had lost its last positive or negative. */
  readonly redrawn: number
}

/**
 * Returns percentile intervals of the AUC (Efron and Tibshirani, 1993, chapter 13) from bootstraps of patients: as many
 * patients as there are, with replacement, each with all of its records, since records of one patient are not independent.
 * A resample in which a label loses all positives or all negatives is drawn again, so that every one has the same labels in
 * its mean. Where that fails 100 times in a row the labels are too rare for a bootstrap: all ends are NaN,
 * `resamples` is 0.
 */
export function aucIntervals(predictions: PatientPredictions, options: BootstrapOptions = {}): AucIntervals {
  const { level = 0.95 } = options
  const { models, patients, redrawn } = bootstrap([predictions], options)
  return {
    macro: percentiles(models[0].macros, level),
    perLabel: perLabel(predictions.labels, j => percentiles(models[0].perLabel[j], level)),
    patients,
    resamples: models[0].macros.length,
    redrawn,
  }
}

/**
 * Returns how much higher the macro AUC of `other` is than that of `base` on the same records, with its interval: both are
 * scored on the same resamples, so what the patients have in common cancels. Throws HolterError when the records differ.
 */
export function macroAucDifference(
  base: PatientPredictions,
  other: PatientPredictions,
  options: BootstrapOptions = {},
): { difference: number; interval: Interval } {
  for (const part of ['labels', 'targets', 'patients'] as const)
    if (base[part].length !== other[part].length || base[part].some((value, i) => value !== other[part][i]))
      throw wrong(
        part,
        'the two models were scored on different records',
        'unequal',
        'the same records in the same order',
      )
  const [before, after] = bootstrap([base, other], options).models
  const differences = after.macros.map((macro, i) => macro - before.macros[i])
  return { difference: after.macro - before.macro, interval: percentiles(differences, options.level ?? 0.95) }
}

const DRAWS_BEFORE_GIVING_UP = 100

/** Scores several models on the same resamples: per model its macro AUCs and each label's AUCs, empty when there are none. */
function bootstrap(models: readonly PatientPredictions[], { resamples = 1000, seed = 0 }: BootstrapOptions) {
  const { labels, targets, patients } = models[0]
  const width = labels.length
  for (const model of models) countRecords(model)
  if (patients.length * width !== targets.length)
    throw wrong('patients', 'not one per record', patients.length, targets.length / width)

  const positives = labels.map((_, j) => column(targets, width, j))
  const rankings = models.map(({ logits }) => labels.map((_, j) => rank(column(logits, width, j))))
  const score = (weights?: Uint32Array) =>
    rankings.map(ofModel => ofModel.map((ranking, j) => weightedAuc(ranking, positives[j], weights)))
  const whole = score()
  const scored = labels.map((_, j) => j).filter(j => !Number.isNaN(whole[0][j]))
  const macro = (areas: readonly number[]) => mean(scored.map(j => areas[j]))

  const draw = patientDraws(patients, seed)
  const drawn: number[][][] = []
  let redrawn = 0
  for (let failed = 0; scored.length && drawn.length < resamples && failed < DRAWS_BEFORE_GIVING_UP; ) {
    const areas = score(draw.next())
    const complete = scored.every(j => !Number.isNaN(areas[0][j]))
    if (complete) drawn.push(areas)
    else redrawn++
    failed = complete ? 0 : failed + 1
  }
  const kept = drawn.length === resamples ? drawn : []
  return {
    models: models.map((_, m) => ({
      macro: macro(whole[m]),
      macros: kept.map(areas => macro(areas[m])),
      perLabel: labels.map((_, j) => kept.map(areas => areas[m][j])),
    })),
    patients: draw.patients,
    redrawn,
  }
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

/** The middle `level` of the values; quantiles interpolated linearly between order statistics (Hyndman and Fan's type 7). */
function percentiles(values: readonly number[], level: number): Interval {
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
