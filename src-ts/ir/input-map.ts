import { HolterError } from '../errors.ts'
import { clamp, roundHalfAway } from './fixed-point.ts'
import { type ActivationType, limits, type Quantization } from './graph.ts'

// How numbers from outside become what a network sees: the one place for engines, training and the C header (codegen/input-header.ts),
// whose functions give the same bytes.

/** What an input's numbers lose and are divided by. */
export interface Scaling {
  readonly mean: number
  readonly deviation: number
}

/** The same for each of several features. */
export interface FeatureScaling {
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
}

/** Standardized features are kept within this many deviations: a pause of seconds must not drown the beat. */
export const FEATURE_CLIP = 4

/** Returns (value − mean) / deviation in double precision; whoever keeps it keeps a float32. */
export function standardize(value: number, { mean, deviation }: Scaling): number {
  return (value - mean) / deviation
}

/** Standardizes features in place, [records, names], and clips them to ±FEATURE_CLIP. */
export function standardizeFeatures(values: Float32Array, { mean, deviation }: FeatureScaling): void {
  for (let i = 0; i < values.length; i++) {
    const j = i % mean.length
    values[i] = clamp((values[i] - mean[j]) / deviation[j], -FEATURE_CLIP, FEATURE_CLIP)
  }
}

/**
 * Returns the map from real values to an input's integers, per tensor: float32(value / scale), rounded once with halves away from zero,
 * plus zero point, saturated (TFLite's QUANTIZE).
 */
export function quantizer({ scale, zeroPoint }: Quantization, type: ActivationType): (value: number) => number {
  const { min, max } = limits[type]
  return value => clamp(roundHalfAway(Math.fround(value / scale[0])) + zeroPoint[0], min, max)
}

/** What an analogue-to-digital converter's counts mean: millivolts = (count − baseline) / gain. */
export interface Adc {
  /** Counts per millivolt, more than 0. */
  readonly gain: number
  /** The count of 0 mV, an integer. */
  readonly baseline: number
}

/** An integer map: q = ((count − baseline) · multiplier + offset) >> 32, saturated. */
export interface CountMap {
  readonly baseline: bigint
  readonly multiplier: bigint
  readonly offset: bigint
}

/**
 * Returns the integer map from counts to an input's integers: standardization, scale and zero point in one multiplication and one
 * rounding, halves up. It needs no floats, so that a device can do it; the value is that of the map over millivolts, but for counts
 * within the errors of its single precision from a rounding border. The header's macros do the same sums in the same order.
 */
export function countMap({ gain, baseline }: Adc, scaling: Scaling, { scale, zeroPoint }: Quantization): CountMap {
  const multiplier = Math.trunc(2 ** 32 / (gain * scaling.deviation * scale[0]) + 0.5)
  const offset = Math.trunc((zeroPoint[0] + 0.5 - scaling.mean / scaling.deviation / scale[0]) * 2 ** 32)
  const fits = multiplier >= 1 && multiplier < 2 ** 53 && Math.abs(offset) < 2 ** 61 && Number.isInteger(baseline)
  if (!(gain > 0 && fits)) {
    throw new HolterError({
      stage: 'usage',
      where: 'counts',
      problem: 'the converter does not fit the input',
      got: `gain ${gain} and baseline ${baseline}`,
      expected: 'counts per millivolt, and the count of 0 mV as a whole number',
    })
  }
  return { baseline: BigInt(baseline), multiplier: BigInt(multiplier), offset: BigInt(offset) }
}

/** Returns a count's value by an integer map. */
export function mapCount(count: number, { baseline, multiplier, offset }: CountMap, type: ActivationType): number {
  const { min, max } = limits[type]
  return clamp(Number(((BigInt(count) - baseline) * multiplier + offset) >> 32n), min, max)
}
