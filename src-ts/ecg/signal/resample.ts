import { HolterError } from '../../errors.ts'
import { bridgeGaps } from './gaps.ts'

/** Zero crossings of the filter on each side, and the shape of its Kaiser window: about 60 dB, as scipy.signal.resample_poly. */
const ZERO_CROSSINGS = 10
const KAISER_BETA = 5
/** Above this the filter would be longer than most records: such rates have no small ratio. */
const MAX_FACTOR = 10_000

/**
 * Returns the signal at another rate, ⌈n · to / from⌉ samples, the first at the same instant. Rates are whole numbers of Hz, or any
 * numbers in their ratio. A polyphase low-pass filter of linear phase keeps everything below half the lower rate; only the
 * outputs that are kept are computed. The signal is taken to stand at its median before and after, so a constant stays what it
 * is (scipy.signal.resample_poly with padtype='median'). An output whose nearest input is missing (NaN) is missing.
 */
export function resample(signal: ArrayLike<number>, fromHz: number, toHz: number): Float64Array {
  const { up, down } = ratio(fromHz, toHz)
  if (up === down) return Float64Array.from(signal)
  const { bridged, missing } = bridgeGaps(signal)
  const rest = median(bridged)
  const taps = lowPassTaps(up, down)
  const half = (taps.length - 1) / 2
  const out = new Float64Array(Math.ceil((bridged.length * up) / down))
  for (let m = 0; m < out.length; m++) {
    // Input k stands at k·up on the fine grid, output m at m·down.
    const first = Math.max(0, Math.ceil((m * down - half) / up))
    const last = Math.min(bridged.length - 1, Math.floor((m * down + half) / up))
    let sum = 0
    for (let k = first, tap = half + m * down - first * up; k <= last; k++, tap -= up)
      sum += taps[tap] * (bridged[k] - rest)
    out[m] = sum + rest
  }
  if (missing.length > 0) {
    for (let m = 0; m < out.length; m++) {
      if (Number.isNaN(signal[Math.min(signal.length - 1, Math.round((m * down) / up))])) out[m] = Number.NaN
    }
  }
  return out
}

/** Returns both rates divided by their greatest common divisor; rates without a small ratio are an error. */
export function ratio(fromHz: number, toHz: number): { up: number; down: number } {
  // Rates such as 257.5 are taken in thousandths of a hertz.
  const [from, to] = [fromHz, toHz].map(rate => Math.round(rate * 1000))
  const divisor = greatestCommonDivisor(from, to)
  const [up, down] = [to / divisor, from / divisor]
  if (fromHz > 0 && toHz > 0 && Math.max(up, down) <= MAX_FACTOR) return { up, down }
  throw new HolterError({
    stage: 'ecg',
    where: `resampling from ${fromHz} to ${toHz} Hz`,
    problem: 'these rates cannot be converted into each other',
    expected: `two rates above 0 in a ratio of whole numbers up to ${MAX_FACTOR}`,
  })
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** Returns a windowed sinc with its cutoff at half the lower rate, scaled so that the inserted zeros cost no amplitude. */
export function lowPassTaps(up: number, down: number): Float64Array {
  const slowest = Math.max(up, down)
  const half = ZERO_CROSSINGS * slowest
  const taps = new Float64Array(2 * half + 1)
  let sum = 0
  for (let i = 0; i < taps.length; i++) {
    const x = (i - half) / slowest
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
    taps[i] = sinc * besselI0(KAISER_BETA * Math.sqrt(Math.max(0, 1 - ((i - half) / half) ** 2)))
    sum += taps[i]
  }
  return taps.map(tap => (tap * up) / sum)
}

/** Modified Bessel function of the first kind and order 0, by its power series (Abramowitz and Stegun 9.6.12). */
function besselI0(x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function median(values: Float64Array): number {
  const sorted = values.toSorted()
  const middle = values.length >> 1
  return values.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
