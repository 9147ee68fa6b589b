/** Equal samples for so long are no heart; in a good record of PTB-XL the longest rest between beats is some 0.35 s. */
const FLAT_SECONDS = 0.5
/** Equal samples in a row, at the highest or lowest value of a lead, that make a rail of it. */
const RAIL_SAMPLES = 8
/** No rail lies nearer to the rest of the lead than this: a lead at rest may well keep its lowest value for some samples. */
const RAIL_MILLIVOLTS = 1.5

/** Returns the share of the samples that lie in runs of equal ones of at least half a second. NaN equals nothing. */
export function flatShare(signal: Float64Array, sampleRateHz: number): number {
  return shareInRuns(signal, Math.max(2, FLAT_SECONDS * sampleRateHz), () => true)
}

/**
 * Returns the share of the samples that lie in runs of eight or more at the highest or the lowest value, if that lies at least
 * 1.5 mV from the median of all values between these two: where an amplifier or a converter has reached its end.
 */
export function railShare(signal: Float64Array): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of signal) {
    if (value < least) least = value
    if (value > most) most = value
  }
  const between = signal.filter(value => value > least && value < most).sort()
  if (between.length === 0) return 0
  const middle = between[between.length >> 1]
  const isRail = (value: number) => (value === least || value === most) && Math.abs(value - middle) >= RAIL_MILLIVOLTS
  return shareInRuns(signal, RAIL_SAMPLES, isRail)
}

function shareInRuns(signal: Float64Array, minSamples: number, counts: (value: number) => boolean): number {
  let total = 0
  for (let start = 0; start < signal.length; ) {
    let end = start + 1
    while (end < signal.length && signal[end] === signal[start]) end++
    if (end - start >= minSamples && counts(signal[start])) total += end - start
    start = end
  }
  return signal.length > 0 ? total / signal.length : 0
}
