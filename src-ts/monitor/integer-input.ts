import { clamp } from '../ir/fixed-point.ts'
import { limits, type Quantization } from '../ir/graph.ts'
import { FEATURE_CLIP, type Scaling } from '../ir/input-map.ts'

const ONE = 2 ** 24

/** How whole numbers become an input's int8: ⌊(value · multiplier + offset) / 2²⁴⌋ between `low` and `high`. */
export interface IntegerMap {
  readonly multiplier: number
  readonly offset: number
  readonly low: number
  readonly high: number
}

/**
 * Returns the map of numbers of which `unit` make one of what a network was trained on (4096: 2⁻¹² of a QRS height): standardization,
 * scale and zero point in one multiplication with one rounding, halves up.
 */
export function integerMap(unit: number, { mean, deviation }: Scaling, quantization: Quantization): IntegerMap {
  const [scale, zeroPoint] = [quantization.scale[0], quantization.zeroPoint[0]]
  return {
    multiplier: Math.round(ONE / (unit * deviation * scale)),
    offset: Math.round((zeroPoint + 0.5 - mean / (deviation * scale)) * ONE),
    low: limits.int8.min,
    high: limits.int8.max,
  }
}

/** Returns the map of a feature, which is clipped to four deviations. */
export function featureMap(unit: number, scaling: Scaling, quantization: Quantization): IntegerMap {
  const end = (deviations: number) =>
    clamp(Math.round(deviations / quantization.scale[0]) + quantization.zeroPoint[0], limits.int8.min, limits.int8.max)
  return { ...integerMap(unit, scaling, quantization), low: end(-FEATURE_CLIP), high: end(FEATURE_CLIP) }
}

/** Returns the int8 of a number. */
export function mapInteger(value: number, { multiplier, offset, low, high }: IntegerMap): number {
  return clamp(Math.floor((value * multiplier + offset) / ONE), low, high)
}
