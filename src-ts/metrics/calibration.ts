import { recordLosses } from './log-loss.ts'
import { column, type Predictions } from './predictions.ts'
import { probabilities } from './probabilities.ts'
import { mean } from './roc.ts'

/** Bins of equal width over [0, 1]; the upper end belongs to the next one. */
export const CALIBRATION_BINS = 15

/** What was said and what came, of the probabilities in one bin. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  /** Probabilities in the bin. */
  readonly count: number
  /** Their mean; NaN in an empty bin. */
  readonly confidence: number
  /** Share of them that were right; NaN in an empty bin. */
  readonly share: number
}

/** How far probabilities may be read as shares. */
export interface Calibration {
  /**
   * Mean distance of confidence and share, weighted by the bins' counts (Naeini et al., 2015). Multi-label: of each label's probability,
   * mean over the labels. Single-label: of the largest probability, right where the label is that one (Guo et al., 2017).
   */
  readonly expectedCalibrationError: number
  /** Mean squared distance of probability and target; single-label, summed over the labels (Brier, 1950). */
  readonly brierScore: number
  /** Mean of `recordLosses`, in nats. */
  readonly logLoss: number
  /** One per label, in label order; single-label, one of the largest probability. */
  readonly curves: readonly ReliabilityCurve[]
}

export interface ReliabilityCurve {
  readonly name: string
  readonly expectedCalibrationError: number
  readonly bins: readonly ReliabilityBin[]
}

/** The name of the curve of single-label predictions. */
export const LARGEST = 'largest probability'

/** Returns the calibration of predictions whose logits are divided by `temperature`. */
export function calibration(predictions: Predictions, temperature = 1): Calibration {
  const { kind, labels, targets } = predictions
  const width = labels.length
  const logLoss = mean([...recordLosses(predictions, temperature)])
  const all = probabilities({ ...predictions, logits: Float64Array.from(predictions.logits, z => z / temperature) })
  const squares = all.reduce((sum, probability, i) => sum + (probability - targets[i]) ** 2, 0)
  const curves =
    kind === 'single-label'
      ? [{ name: LARGEST, ...largestOf(all, targets, width) }]
      : labels.map((name, j) => ({ name, said: column(all, width, j), right: column(targets, width, j) }))
  const drawn = curves.map(({ name, said, right }) => reliability(name, said, right))
  return {
    expectedCalibrationError: mean(drawn.map(curve => curve.expectedCalibrationError)),
    brierScore: squares / (kind === 'single-label' ? targets.length / width : targets.length),
    logLoss,
    curves: drawn,
  }
}

function largestOf(all: Float64Array, targets: Uint8Array, width: number) {
  const said = new Float64Array(all.length / width)
  const right = new Float64Array(said.length)
  for (let record = 0; record < said.length; record++) {
    const own = all.subarray(record * width, (record + 1) * width)
    said[record] = Math.max(...own)
    right[record] = targets[record * width + own.indexOf(said[record])]
  }
  return { said, right }
}

function reliability(name: string, said: Float64Array, right: Float64Array): ReliabilityCurve {
  const sums = Array.from({ length: CALIBRATION_BINS }, () => ({ count: 0, said: 0, right: 0 }))
  for (const [i, probability] of said.entries()) {
    const sum = sums[Math.min(CALIBRATION_BINS - 1, Math.floor(probability * CALIBRATION_BINS))]
    sum.count++
    sum.said += probability
    sum.right += right[i]
  }
  return {
    name,
    expectedCalibrationError: sums.reduce((total, bin) => total + Math.abs(bin.said - bin.right), 0) / said.length,
    bins: sums.map((bin, i) => ({
      from: i / CALIBRATION_BINS,
      to: (i + 1) / CALIBRATION_BINS,
      count: bin.count,
      confidence: bin.said / bin.count,
      share: bin.right / bin.count,
    })),
  }
}
