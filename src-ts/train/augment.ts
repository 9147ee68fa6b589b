import type { Standardization } from '../ecg/datasets/dataset.ts'
import { standardize } from '../ir/input-map.ts'
import { type Random, random } from '../random.ts'

/** How one record is shown to the network in one epoch: where the window starts, and what is done to it. */
export interface Distortion {
  /** First sample of the window; may be negative or reach beyond the end, where the signal counts as 0 mV. */
  readonly start: number
  /** Factor per lead; 0 for a lead that fell off. */
  readonly gain: Float64Array
  /** Baseline wander: a sine of this frequency (cycles per sample) and phase (radians), amplitude in mV per lead. */
  readonly wander: { readonly frequency: number; readonly phase: number; readonly amplitude: Float64Array }
  /** White noise: deviation in mV, and the place in the table of normal numbers from which it is read. */
  readonly noise: { readonly deviation: number; readonly from: number }
  /** A straight line per lead, from `start` at the window's first sample to `end` at its last, in the signal's unit. */
  readonly drift?: { readonly start: Float64Array; readonly end: Float64Array }
  /** White noise on standardized features: deviation, and the place in the table. */
  readonly featureNoise?: { readonly deviation: number; readonly from: number }
}

/** What augmentation needs to know about a record and its window. */
export interface Window {
  /** Samples of the record and of the window. */
  readonly samples: number
  readonly length: number
  readonly leads: number
  readonly sampleRateHz: number
}

/** Normal numbers for white noise, a power of two of them: drawing 12,000 fresh ones a record would cost more than the training step. */
const NOISE = new Float32Array(2 ** 17)

/** Returns what leaves the window as it is: the start in the middle, gains of 1, no wander, no noise. */
export function undistorted({ samples, length, leads }: Window): Distortion {
  return {
    start: Math.floor((samples - length) / 2),
    gain: new Float64Array(leads).fill(1),
    wander: { frequency: 0, phase: 0, amplitude: new Float64Array(leads) },
    noise: { deviation: 0, from: 0 },
  }
}

/** Returns a random start: anywhere in the record for a crop, shifted by at most a tenth for a whole record. */
export function drawStart(stream: Random, { samples, length }: Window): number {
  if (length < samples) return stream.integer(samples - length + 1)
  const reach = Math.floor(samples / 10)
  return stream.integer(2 * reach + 1) - reach
}

/**
 * Returns a light random distortion: window start, amplitude e^U(±.2), gain per lead e^N(0, .1), one of several leads lost with p = .3,
 * sine wander of .05–.6 Hz (p = .5, exponential amplitude of mean .07 mV), white noise (p = .5, exponential deviation of mean .024 mV).
 */
export function drawDistortion(stream: Random, window: Window): Distortion {
  const start = drawStart(stream, window)
  const amplitude = Math.exp(0.4 * stream.uniform() - 0.2)
  const gain = Float64Array.from({ length: window.leads }, () => amplitude * Math.exp(0.1 * stream.normal()))
  // A record of one lead without it would be nothing to learn from.
  if (stream.uniform() < 0.3 && window.leads > 1) gain[stream.integer(window.leads)] = 0
  const exponential = (mean: number) => -mean * Math.log(1 - stream.uniform())
  const wanders = stream.uniform() < 0.5
  const largest = exponential(0.07)
  const wander = {
    frequency: wanders ? (0.05 + 0.55 * stream.uniform()) / window.sampleRateHz : 0,
    phase: 2 * Math.PI * stream.uniform(),
    amplitude: Float64Array.from({ length: window.leads }, () => largest * (2 * stream.uniform() - 1)),
  }
  const noise = { deviation: stream.uniform() < 0.5 ? exponential(0.024) : 0, from: stream.integer(NOISE.length) }
  return { start, gain, wander, noise }
}

/**
 * Returns a random distortion of one beat: shift by up to 2 samples, or a crop from anywhere, amplitude e^N(0, .15), a channel lost with
 * p = .15, a line from one N(0, .1) to another per channel, white noise of .02, features moved by N(0, .25) of their deviations.
 */
function drawBeatDistortion(stream: Random, { samples, length, leads }: Window): Distortion {
  const start = length < samples ? stream.integer(samples - length + 1) : stream.integer(5) - 2
  const amplitude = Math.exp(0.15 * stream.normal())
  const gain = Float64Array.from({ length: leads }, () => (stream.uniform() < 0.15 ? 0 : amplitude))
  const line = () => Float64Array.from({ length: leads }, () => 0.1 * stream.normal())
  const from = () => stream.integer(NOISE.length)
  return {
    start,
    gain,
    wander: { frequency: 0, phase: 0, amplitude: new Float64Array(leads) },
    drift: { start: line(), end: line() },
    noise: { deviation: 0.02, from: from() },
    featureNoise: { deviation: 0.25, from: from() },
  }
}

/** The random distortions that a recipe can name. */
export const draws = { record: drawDistortion, beat: drawBeatDistortion } as const

/** Adds the noise of a distortion to one record's standardized features. */
export function addFeatureNoise(features: Float32Array, { featureNoise }: Distortion): void {
  if (featureNoise) addNoise(features, featureNoise, 1)
}

/**
 * Writes the distorted window of one record, standardized, into `out` from `at` on.
 * `record` is [samples, leads] in mV, the result [length, leads] as (x − mean) / deviation. A lost lead stays at 0 mV plus wander and noise.
 */
export function writeWindow(
  record: Float32Array,
  { samples, length, leads }: Window,
  { start, gain, wander, noise, drift }: Distortion,
  standardization: Standardization,
  out: Float32Array,
  at: number,
): void {
  const size = length * leads
  const offset = start * leads
  const { deviation } = standardization
  out.fill(standardize(0, standardization), at, at + size)
  const to = Math.min(length, samples - start)
  for (let t = Math.max(0, -start); t < to; t++) {
    for (let lead = 0, i = t * leads; lead < leads; lead++, i++) {
      out[at + i] = standardize(record[offset + i] * gain[lead], standardization)
    }
  }
  if (drift) addDrift(out.subarray(at, at + size), drift, deviation)
  if (wander.frequency > 0) addWander(out.subarray(at, at + size), wander, deviation)
  if (noise.deviation > 0) addNoise(out.subarray(at, at + size), noise, deviation)
}

function addWander(out: Float32Array, { frequency, phase, amplitude }: Distortion['wander'], deviation: number): void {
  const leads = amplitude.length
  for (let t = 0; t * leads < out.length; t++) {
    const sine = Math.sin(2 * Math.PI * frequency * t + phase) / deviation
    for (let lead = 0; lead < leads; lead++) out[t * leads + lead] += sine * amplitude[lead]
  }
}

function addDrift(out: Float32Array, { start, end }: NonNullable<Distortion['drift']>, deviation: number): void {
  const leads = start.length
  // A window of one sample has its start alone.
  const last = Math.max(1, out.length / leads - 1)
  for (let i = 0; i < out.length; i++) {
    const lead = i % leads
    const share = Math.floor(i / leads) / last
    out[i] += (start[lead] + share * (end[lead] - start[lead])) / deviation
  }
}

function addNoise(out: Float32Array, { from, ...noise }: Distortion['noise'], deviation: number): void {
  if (NOISE[0] === 0) {
    const stream = random(0)
    for (let i = 0; i < NOISE.length; i++) NOISE[i] = stream.normal()
  }
  const factor = noise.deviation / deviation
  for (let i = 0; i < out.length; i++) out[i] += factor * NOISE[(from + i) & (NOISE.length - 1)]
}
