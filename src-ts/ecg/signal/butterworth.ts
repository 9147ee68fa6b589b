import { HolterError } from '../../errors.ts'

/**
 * One second-order section: y[n] = b0 x[n] + b1 x[n−1] + b2 x[n−2] − a1 y[n−1] − a2 y[n−2].
 * A first-order section has b2 = a2 = 0.
 */
export interface Section {
  readonly b0: number
  readonly b1: number
  readonly b2: number
  readonly a1: number
  readonly a2: number
}

/** A filter as a chain of sections. Keeping orders above two apart is what makes 0.05 Hz at 500 Hz computable at all. */
export type Sections = readonly Section[]

/**
 * Returns a Butterworth low-pass filter: gain 1 at 0 Hz, 1/√2 at `cutoffHz`. By the bilinear transform with the cutoff
 * prewarped (Oppenheim and Schafer, Discrete-Time Signal Processing, 7.1), so its response is that of scipy.signal.butter.
 */
export function lowPass(order: number, cutoffHz: number, sampleRateHz: number): Sections {
  const k = prewarped('low-pass', cutoffHz, sampleRateHz)
  return dampings(order).map(damping => {
    if (damping === undefined) return { b0: k / (1 + k), b1: k / (1 + k), b2: 0, a1: (k - 1) / (k + 1), a2: 0 }
    const b0 = (k * k) / (1 + damping * k + k * k)
    return { b0, b1: 2 * b0, b2: b0, ...poles(damping, k) }
  })
}

/** Returns a Butterworth high-pass filter: gain 0 at 0 Hz, 1/√2 at `cutoffHz`, 1 at half the sample rate. */
export function highPass(order: number, cutoffHz: number, sampleRateHz: number): Sections {
  const k = prewarped('high-pass', cutoffHz, sampleRateHz)
  return dampings(order).map(damping => {
    if (damping === undefined) return { b0: 1 / (1 + k), b1: -1 / (1 + k), b2: 0, a1: (k - 1) / (k + 1), a2: 0 }
    const b0 = 1 / (1 + damping * k + k * k)
    return { b0, b1: -2 * b0, b2: b0, ...poles(damping, k) }
  })
}

/**
 * Returns a notch filter: gain 0 at `frequencyHz`, 1 at 0 Hz, and a band of `frequencyHz` / `quality` between its −3 dB points
 * (Orfanidis, Introduction to Signal Processing, 11.3.2; scipy.signal.iirnotch).
 */
export function notch(frequencyHz: number, quality: number, sampleRateHz: number): Sections {
  prewarped('notch', frequencyHz, sampleRateHz)
  const angle = (2 * Math.PI * frequencyHz) / sampleRateHz
  const gain = 1 / (1 + Math.tan(angle / (2 * quality)))
  const middle = -2 * gain * Math.cos(angle)
  return [{ b0: gain, b1: middle, b2: gain, a1: middle, a2: 2 * gain - 1 }]
}

/** Returns what a filter does to a sine of `frequencyHz`: the factor on its amplitude, and its phase in radians (−π … π). */
export function response(
  sections: Sections,
  frequencyHz: number,
  sampleRateHz: number,
): { gain: number; phase: number } {
  const angle = (2 * Math.PI * frequencyHz) / sampleRateHz
  const at = (c0: number, c1: number, c2: number): [re: number, im: number] => [
    c0 + c1 * Math.cos(angle) + c2 * Math.cos(2 * angle),
    -c1 * Math.sin(angle) - c2 * Math.sin(2 * angle),
  ]
  let [re, im] = [1, 0]
  for (const { b0, b1, b2, a1, a2 } of sections) {
    const [br, bi] = at(b0, b1, b2)
    const [ar, ai] = at(1, a1, a2)
    const size = ar * ar + ai * ai
    const [qr, qi] = [(br * ar + bi * ai) / size, (bi * ar - br * ai) / size]
    ;[re, im] = [re * qr - im * qi, re * qi + im * qr]
  }
  return { gain: Math.hypot(re, im), phase: Math.atan2(im, re) }
}

/** The linear coefficient of each pair of Butterworth poles s² + d s + 1; undefined stands for the single real pole of an odd order. */
function dampings(order: number): (number | undefined)[] {
  const pairs = Array.from({ length: order >> 1 }, (_, i) => 2 * Math.sin((Math.PI * (2 * i + 1)) / (2 * order)))
  return order % 2 ? [...pairs, undefined] : pairs
}

function poles(damping: number, k: number): Pick<Section, 'a1' | 'a2'> {
  const scale = 1 + damping * k + k * k
  return { a1: (2 * (k * k - 1)) / scale, a2: (1 - damping * k + k * k) / scale }
}

function prewarped(kind: string, frequencyHz: number, sampleRateHz: number): number {
  if (frequencyHz > 0 && frequencyHz < sampleRateHz / 2) return Math.tan((Math.PI * frequencyHz) / sampleRateHz)
  throw new HolterError({
    stage: 'ecg',
    where: `${kind} filter of ${frequencyHz} Hz`,
    problem: `it cannot be made at a sample rate of ${sampleRateHz} Hz`,
    expected: `a frequency above 0 and below ${sampleRateHz / 2} Hz`,
    hint: 'Choose another frequency, or leave the filter out',
  })
}
