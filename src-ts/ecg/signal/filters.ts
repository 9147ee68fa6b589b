import { highPass, lowPass, notch, type Section, type Sections } from './butterworth.ts'
import { bridgeGaps } from './gaps.ts'

/** The filters that ECG devices offer; what is left out is not filtered. */
export interface EcgBand {
  /** 0.05 for diagnosis (keeps the ST segment), 0.5 or 0.67 for monitoring. */
  readonly highPassHz?: number
  /** 150 for diagnosis, 100, or 40 for monitoring. */
  readonly lowPassHz?: number
  /** Mains: 50 or 60. */
  readonly notchHz?: number
}

/** Order two each way; with `zeroPhase` the effect is of order four. */
const ORDER = 2
/** The notch is 50 / 30 = 1.7 Hz wide: mains stay within 0.5 Hz, and what rings after a QRS complex stays below the noise. */
const NOTCH_QUALITY = 30

/** Returns the filter of a band at a sample rate; a frequency at or above half the rate is an error. */
export function ecgFilter({ highPassHz, lowPassHz, notchHz }: EcgBand, sampleRateHz: number): Sections {
  return [
    ...(highPassHz === undefined ? [] : highPass(ORDER, highPassHz, sampleRateHz)),
    ...(lowPassHz === undefined ? [] : lowPass(ORDER, lowPassHz, sampleRateHz)),
    ...(notchHz === undefined ? [] : notch(notchHz, NOTCH_QUALITY, sampleRateHz)),
  ]
}

/**
 * A causal filter that takes a signal in pieces of any length, down to single samples, with the same result.
 * It starts as if the first sample had stood there forever, so an electrode's offset of hundreds of millivolts gives no jolt.
 * A missing sample (NaN) gives NaN and leaves the state as it was.
 */
export class CausalFilter {
  private readonly sections: Sections
  /** Two values per section (direct form II, transposed). */
  private readonly state: Float64Array
  private started = false

  constructor(sections: Sections) {
    this.sections = sections
    this.state = new Float64Array(2 * sections.length)
  }

  next(sample: number): number {
    if (Number.isNaN(sample)) return sample
    if (!this.started) {
      settle(this.sections, this.state, sample)
      this.started = true
    }
    return step(this.sections, this.state, sample)
  }

  /** Returns the filtered piece. */
  filter(piece: ArrayLike<number>): Float64Array {
    const out = new Float64Array(piece.length)
    for (let i = 0; i < piece.length; i++) out[i] = this.next(piece[i])
    return out
  }
}

/**
 * Returns the signal filtered forwards and then backwards: no phase shift, so waves stay where they are, and the filter's gain
 * squared. Both ends are continued by a point reflection, as scipy.signal.sosfiltfilt does it. Missing samples (NaN) are bridged
 * by straight lines for the filter and are missing again in the result.
 */
export function zeroPhase(sections: Sections, signal: ArrayLike<number>): Float64Array {
  if (signal.length === 0) return new Float64Array(0)
  const { bridged, missing } = bridgeGaps(signal)
  const extended = reflected(bridged, Math.min(edgeSamples(sections), signal.length - 1))
  const once = fromRest(sections, extended).reverse()
  const twice = fromRest(sections, once).reverse()
  const edge = (extended.length - signal.length) / 2
  const out = twice.slice(edge, edge + signal.length)
  for (const i of missing) out[i] = Number.NaN
  return out
}

/** Three times the number of taps; a section of first order counts as one tap less. */
function edgeSamples(sections: Sections): number {
  const firstOrder = Math.min(
    count(sections, s => s.b2 === 0),
    count(sections, s => s.a2 === 0),
  )
  return 3 * (2 * sections.length + 1 - firstOrder)
}

const count = (sections: Sections, holds: (section: Section) => boolean) => sections.filter(holds).length

function reflected(signal: Float64Array, edge: number): Float64Array {
  const last = signal.length - 1
  const out = new Float64Array(signal.length + 2 * edge)
  out.set(signal, edge)
  for (let i = 1; i <= edge; i++) {
    out[edge - i] = 2 * signal[0] - signal[i]
    out[edge + last + i] = 2 * signal[last] - signal[last - i]
  }
  return out
}

function fromRest(sections: Sections, signal: Float64Array): Float64Array {
  return new CausalFilter(sections).filter(signal)
}

/** Sets the state to that after an endless row of `sample`. */
function settle(sections: Sections, state: Float64Array, sample: number): void {
  let level = sample
  for (const [i, { b0, b1, b2, a1, a2 }] of sections.entries()) {
    // Exactly 0 for a high-pass filter, where dividing rounded sums would leave a thousandth of an offset standing.
    const gain = (b0 + b1 + b2) / (1 + a1 + a2)
    state[2 * i] = (gain - b0) * level
    state[2 * i + 1] = (b2 - a2 * gain) * level
    level *= gain
  }
}

function step(sections: Sections, state: Float64Array, sample: number): number {
  let value = sample
  for (let i = 0; i < sections.length; i++) {
    const { b0, b1, b2, a1, a2 } = sections[i]
    const out = b0 * value + state[2 * i]
    state[2 * i] = b1 * value - a1 * out + state[2 * i + 1]
    state[2 * i + 1] = b2 * value - a2 * out
    value = out
  }
  return value
}
