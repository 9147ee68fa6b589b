import { PARTS_PER_MICROVOLT } from './integer-filter.ts'

/** Samples at 120 Hz that are looked at: 4 s. */
const LENGTH = 480
/** Lower signals are noise. */
const LEAST_MEAN = 100 * PARTS_PER_MICROVOLT
const PI_NUMERATOR = 355
const PI_DENOMINATOR = 113

/** How much the last four seconds look like one wave that repeats. */
export interface Flutter {
  /** What is left of the signal when it is added to itself half a period later, in thousandths; a sine leaves nothing. */
  readonly leakage: number
  /** Waves a minute. */
  readonly ratePerMinute: number
}

/**
 * The filter that leaks unless the signal is a sine: half a period is π times the mean size over the mean step (Kuo and Dillman,
 * Computer Detection of Ventricular Fibrillation, Computers in Cardiology 1978). In integers, on a filtered lead at 120 Hz.
 */
export class FlutterIndex {
  private readonly past = new Float64Array(LENGTH)
  private samples = 0

  next(sample: number): void {
    this.past[this.samples++ % LENGTH] = sample
  }

  /** Returns the index; undefined while there are no four seconds of a usable signal that is large enough. */
  read(usable: boolean): Flutter | undefined {
    // What was no signal must not be looked at later.
    if (!usable) this.samples = 0
    if (this.samples < LENGTH) return undefined
    const at = (i: number) => this.past[(this.samples + i) % LENGTH]
    let [size, steps] = [0, 0]
    for (let i = 1; i < LENGTH; i++) {
      size += Math.abs(at(i))
      steps += Math.abs(at(i) - at(i - 1))
    }
    if (size < LEAST_MEAN * LENGTH || steps === 0) return undefined
    const half = Math.floor((2 * PI_NUMERATOR * size + PI_DENOMINATOR * steps) / (2 * PI_DENOMINATOR * steps))
    if (half < 1 || half >= LENGTH / 4) return undefined
    let [left, whole] = [0, 0]
    for (let i = half; i < LENGTH; i++) {
      left += Math.abs(at(i) + at(i - half))
      whole += Math.abs(at(i)) + Math.abs(at(i - half))
    }
    return { leakage: Math.floor((1000 * left) / whole), ratePerMinute: Math.floor((60 * 120) / (2 * half)) }
  }
}
