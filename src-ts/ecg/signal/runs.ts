/** Equal samples for so long are no heart; in a good record of PTB-XL the longest rest between beats is some 0.35 s. */
const FLAT_SECONDS = 0.5
/** Equal samples in a row, at the highest or lowest value of a lead, that make a rail of it. */
const RAIL_SAMPLES = 8
/** No rail lies nearer to the rest of the lead than this: a lead at rest may well keep its lowest value for some samples. */
const RAIL_MILLIVOLTS = 1.5

/** Equal samples in a row, from `start` up to but not including `end`. */
export interface Run {
  readonly start: number
  readonly end: number
}

/** Returns the runs of equal samples of at least half a second. NaN equals nothing. */
export function flatRuns(signal: Float64Array, sampleRateHz: number): Run[] {
  return runsOf(signal, Math.max(2, FLAT_SECONDS * sampleRateHz), () => true)
}

/**
 * Returns the runs of eight samples or more at the highest or the lowest value, if that lies at least 1.5 mV from the median of all values
 * between these two: where an amplifier or a converter has reached its end.
 */
export function railRuns(signal: Float64Array): Run[] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of signal) {
    if (value < least) least = value
    if (value > most) most = value
  }
  const ends = runsOf(signal, RAIL_SAMPLES, value => value === least || value === most)
  if (ends.length === 0) return []
  const between = signal.filter(value => value > least && value < most).sort()
  const middle = between[between.length >> 1]
  return ends.filter(({ start }) => Math.abs(signal[start] - middle) >= RAIL_MILLIVOLTS)
}

/** Returns the share of a signal's samples that lie in these runs. */
export function shareIn(runs: readonly Run[], samples: number): number {
  return samples > 0 ? runs.reduce((sum, { start, end }) => sum + end - start, 0) / samples : 0
}

function runsOf(signal: Float64Array, minSamples: number, counts: (value: number) => boolean): Run[] {
  const runs: Run[] = []
  for (let start = 0; start < signal.length; ) {
    let end = start + 1
    while (end < signal.length && signal[end] === signal[start]) end++
    if (end - start >= minSamples && counts(signal[start])) runs.push({ start, end })
    start = end
  }
  return runs
}
