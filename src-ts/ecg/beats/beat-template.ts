import { SlidingOrder } from '../signal/sliding-order.ts'
import { BEAT_PEAK, BEAT_SAMPLES, peakToPeak } from './beat-window.ts'

/** Beats that a template is the median of. */
const BEATS = 48
/** It is computed anew after so many beats: it moves slowly. */
const REFRESH = 4

/** How a patient's beats usually look in one lead: sample by sample the median of the last 48. No label is looked at. */
export class BeatTemplate {
  private readonly samples = Array.from({ length: BEAT_SAMPLES }, () => new SlidingOrder(BEATS))
  private median = new Float32Array(BEAT_SAMPLES)
  private beats = 0

  /** The template of the beats that were taken in, as it was last computed; zeros before the first refresh. */
  get window(): Float32Array {
    return this.median
  }

  /** Takes in a scaled window. */
  push(window: Float32Array): void {
    for (let i = 0; i < BEAT_SAMPLES; i++) this.samples[i].push(window[i])
    if (++this.beats % REFRESH === 0) this.refresh()
  }

  /** Computes the template now. */
  refresh(): void {
    this.median = Float32Array.from(this.samples, order => order.median())
  }
}

/** How a beat's QRS complex differs from the usual one. */
export interface ShapeFeatures {
  /** Pearson's correlation with the template, −1 … 1. */
  readonly correlation: number
  /** log(root mean square of the difference + .02), in QRS heights. */
  readonly logDifference: number
  /** log of the ratio of the peak-to-peak heights. */
  readonly logHeight: number
}

/** Compared are 100 ms before to 133 ms after the R peak. */
const FROM = BEAT_PEAK - 12
const TO = BEAT_PEAK + 16
const LEAST_DIFFERENCE = 0.02
/** Heights below are taken as this one, so that a flat lead has a ratio. */
const LEAST_HEIGHT = 0.05

/** Returns how a scaled window differs from a template around the QRS complex; a flat one correlates with nothing (0). */
export function compareShape(window: Float32Array, template: Float32Array): ShapeFeatures {
  const length = TO - FROM + 1
  let [sumX, sumY, sumXX, sumYY, sumXY, squares] = [0, 0, 0, 0, 0, 0]
  for (let i = FROM; i <= TO; i++) {
    const [x, y] = [window[i], template[i]]
    sumX += x
    sumY += y
    sumXX += x * x
    sumYY += y * y
    sumXY += x * y
    squares += (x - y) ** 2
  }
  const spread = Math.sqrt(Math.max(0, sumXX - (sumX * sumX) / length) * Math.max(0, sumYY - (sumY * sumY) / length))
  const height = (shape: Float32Array) => Math.max(LEAST_HEIGHT, peakToPeak(shape, FROM, TO))
  return {
    correlation: spread > 1e-9 ? (sumXY - (sumX * sumY) / length) / spread : 0,
    logDifference: Math.log(Math.sqrt(squares / length) + LEAST_DIFFERENCE),
    logHeight: Math.log(height(window) / height(template)),
  }
}
