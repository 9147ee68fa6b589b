import { HolterError } from '../../errors.ts'
import { highPass, lowPass } from '../signal/butterworth.ts'
import { zeroPhase } from '../signal/filters.ts'
import { QrsDetector } from './qrs-detector.ts'
import { QrsFeature } from './qrs-feature.ts'

/** An R peak lies at most this far from where the detector says. */
const PEAK_SECONDS = 0.06
/** Of two deflections whose sizes differ by less than this factor the upward one is the R peak: beats that switch between R and S would look unlike themselves. */
const UPWARDS = 1.5
/** The detector's band needs room below half the rate. */
export const MIN_RATE_HZ = 40
/** Another lead has to stand out by so much more than the first: leads come in the order in which people trust them. */
const BETTER = 1.3

/**
 * Returns the sample numbers of the R peaks (or of the deepest S, where that is larger by half) in one lead, ascending. The signal may have
 * any unit, gain, sign and offset; missing samples are NaN. A rate below 40 Hz is an error.
 */
export function detectQrs(signal: ArrayLike<number>, sampleRateHz: number): Int32Array {
  if (!(sampleRateHz >= MIN_RATE_HZ)) {
    throw new HolterError({
      stage: 'ecg',
      where: 'QRS detection',
      problem: 'the sample rate is too low to see QRS complexes',
      got: `${sampleRateHz} Hz`,
      expected: `at least ${MIN_RATE_HZ} Hz`,
    })
  }
  const detector = new QrsDetector(sampleRateHz)
  const beats: number[] = []
  for (let i = 0; i < signal.length; i++) {
    for (const beat of detector.next(signal[i])) beats.push(beat)
  }
  return peaksNear([...beats, ...detector.end()], signal, sampleRateHz)
}

/**
 * Returns the index of the lead in which QRS complexes stand out most clearly: the first one unless another is clearer by a third.
 * Decided by the signals alone, over the whole record.
 */
export function clearestLead(leads: readonly ArrayLike<number>[], sampleRateHz: number): number {
  let best = { lead: 0, clarity: 0 }
  for (const [lead, signal] of leads.entries()) {
    const clarity = qrsClarity(signal, sampleRateHz)
    if (clarity > best.clarity * (best.clarity > 0 ? BETTER : 1)) best = { lead, clarity }
  }
  return best.lead
}

/** Returns by how much QRS complexes stand out: the 97th percentile of the QRS feature over its median; 0 where there is no signal. */
export function qrsClarity(signal: ArrayLike<number>, sampleRateHz: number): number {
  const feature = new QrsFeature(sampleRateHz)
  // The feature is an average over 80 ms: a look every 20 ms misses nothing, and sorts in a fraction of the time.
  const stride = Math.max(1, Math.round(0.02 * sampleRateHz))
  const looks = new Float64Array(Math.floor(signal.length / stride))
  for (let i = 0, look = 0; look < looks.length; i++) {
    const value = feature.next(signal[i])
    if (i % stride === stride - 1) looks[look++] = value
  }
  looks.sort()
  const middle = looks[looks.length >> 1]
  return middle > 0 ? looks[Math.floor(0.97 * looks.length)] / middle : 0
}

/** Moves beats to the largest deflection nearby, in a band that keeps R peaks in place. */
function peaksNear(beats: readonly number[], signal: ArrayLike<number>, sampleRateHz: number): Int32Array {
  const band = [...highPass(2, 1, sampleRateHz), ...lowPass(2, Math.min(40, 0.45 * sampleRateHz), sampleRateHz)]
  const shape = zeroPhase(band, signal)
  const reach = Math.round(PEAK_SECONDS * sampleRateHz)
  const size = (i: number) => (shape[i] > 0 ? UPWARDS * shape[i] : -shape[i])
  return Int32Array.from(beats, beat => {
    let peak = beat
    for (let i = Math.max(0, beat - reach); i <= Math.min(shape.length - 1, beat + reach); i++) {
      if (size(i) > size(peak)) peak = i
    }
    return peak
  })
}
