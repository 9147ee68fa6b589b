import { bridgeGaps } from './gaps.ts'

/** The first window swallows QRS complexes and P waves, the second T waves (de Chazal et al., IEEE TBME 51(7):1196, 2004). */
const QRS_SECONDS = 0.2
const T_SECONDS = 0.6

/**
 * Returns the slow wander of a signal: its running median over 0.2 s, and the running median of that over 0.6 s.
 * Two medians rather than a high-pass filter: they follow a step of the baseline at once, ring after no QRS complex, and so leave
 * the ST segment where it was. They need 0.4 s of the future; the streaming way is a high-pass `CausalFilter`.
 */
export function baseline(signal: ArrayLike<number>, sampleRateHz: number): Float64Array {
  const { bridged } = bridgeGaps(signal)
  return runningMedian(runningMedian(bridged, odd(QRS_SECONDS * sampleRateHz)), odd(T_SECONDS * sampleRateHz))
}

/** Returns the signal without its baseline; what was missing (NaN) stays missing. */
export function withoutBaseline(signal: ArrayLike<number>, sampleRateHz: number): Float64Array {
  const slow = baseline(signal, sampleRateHz)
  return slow.map((level, i) => signal[i] - level)
}

/**
 * Returns the median of the `width` (odd) samples around each; beyond the ends the first and the last sample are repeated.
 * The window is kept sorted: one sample leaves and one enters per step, O(log width) to find and a short move each.
 */
export function runningMedian(signal: Float64Array, width: number): Float64Array {
  const half = (width - 1) / 2
  const last = signal.length - 1
  const at = (i: number) => signal[Math.min(Math.max(i, 0), last)]
  const sorted = Float64Array.from({ length: width }, (_, i) => at(i - half)).sort()
  const out = new Float64Array(signal.length)
  for (let i = 0; i < signal.length; i++) {
    out[i] = sorted[half]
    replace(sorted, at(i - half), at(i + half + 1))
  }
  return out
}

/** Exchanges one value of an ascending array for another and keeps the order. */
function replace(sorted: Float64Array, leaving: number, entering: number): void {
  if (leaving === entering) return
  const from = lowerBound(sorted, leaving)
  const to = lowerBound(sorted, entering)
  if (to > from) {
    sorted.copyWithin(from, from + 1, to)
    sorted[to - 1] = entering
  } else {
    sorted.copyWithin(to + 1, to, from)
    sorted[to] = entering
  }
}

/** Position of the first element that is not below `value`. */
function lowerBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}

function odd(samples: number): number {
  return 2 * Math.floor(samples / 2) + 1
}
