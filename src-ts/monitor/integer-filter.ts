import type { Sections } from '../ecg/signal/butterworth.ts'

/** Filters count in parts of a microvolt, so that what they round is far below a converter's step. */
export const PARTS_PER_MICROVOLT = 64
/** Coefficients are whole numbers of 2⁻²². */
const ONE = 2 ** 22
/** Inputs are kept within half a volt, more than electrodes hold: no sum leaves the 53 bits in which doubles are exact. */
export const LARGEST_MICROVOLTS = 500_000
/** Per section: its coefficients b0 b1 b2 a1 a2, and its state x1 x2 y1 y2 and the remainder of the last division. */
const NUMBERS = 5

/**
 * A chain of second-order sections in integers: every value is a whole number below 2⁵³, so that doubles here and 64-bit integers
 * elsewhere (src-as/monitor-filter.ts) give the same numbers. What a division leaves over goes into the next one: rounding makes no
 * offset grow, which would be thousands of parts at a high-pass filter of 0.5 Hz.
 */
export class IntegerFilter {
  readonly coefficients: Float64Array
  private readonly state: Float64Array
  private started = false

  constructor(sections: Sections) {
    this.coefficients = integerCoefficients(sections)
    this.state = new Float64Array(this.coefficients.length)
  }

  /** Forgets the past: the next sample is taken to have stood there forever. */
  restart(): void {
    this.started = false
  }

  /** Takes a sample in parts of a microvolt and returns the filtered one. */
  next(sample: number): number {
    const { coefficients: c, state: s } = this
    if (!this.started) this.settle(sample)
    let value = sample
    for (let i = 0; i < c.length; i += NUMBERS) {
      const sum =
        c[i] * value + c[i + 1] * s[i] + c[i + 2] * s[i + 1] - c[i + 3] * s[i + 2] - c[i + 4] * s[i + 3] + s[i + 4]
      const out = Math.floor(sum / ONE)
      s[i + 4] = sum - out * ONE
      s[i + 1] = s[i]
      s[i] = value
      s[i + 3] = s[i + 2]
      s[i + 2] = out
      value = out
    }
    return value
  }

  /** Sets the state to that after an endless row of `sample`. */
  private settle(sample: number): void {
    const { coefficients: c, state: s } = this
    let level = sample
    for (let i = 0; i < c.length; i += NUMBERS) {
      const out = Math.floor((level * (c[i] + c[i + 1] + c[i + 2])) / (ONE + c[i + 3] + c[i + 4]))
      s[i] = s[i + 1] = level
      s[i + 2] = s[i + 3] = out
      s[i + 4] = 0
      level = out
    }
    this.started = true
  }
}

/** Returns b0 b1 b2 a1 a2 of every section as whole numbers; a section that takes away 0 Hz still does so exactly. */
function integerCoefficients(sections: Sections): Float64Array {
  return Float64Array.from(
    sections.flatMap(({ b0, b1, b2, a1, a2 }) => {
      const [first, last] = [b0, b2].map(b => Math.round(b * ONE))
      const middle = Math.abs(b0 + b1 + b2) < 1e-9 ? -(first + last) : Math.round(b1 * ONE)
      return [first, middle, last, Math.round(a1 * ONE), Math.round(a2 * ONE)]
    }),
  )
}
