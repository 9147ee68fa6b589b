import { clamp, roundHalfAway } from './fixed-point.ts'
import type { ActivationType, Quantization } from './graph.ts'

/** The real values that a tensor's integers shall cover. It always holds 0. */
export interface Range {
  readonly min: number
  readonly max: number
}

/** Below this range (in real units) a tensor counts as always zero: its multipliers would not fit 32 bits. */
const SMALLEST_RANGE = 1e-9

/**
 * Returns scale and zero point that spread a range over −128 … 127, or over −32767 … 32767 around a zero point of 0, as TFLite has int16.
 * Zero is representable exactly; the scale is a float32, as in the file.
 */
export function quantizationFor({ min, max }: Range, type: ActivationType = 'int8'): Quantization {
  if (max - min < SMALLEST_RANGE) return { scale: [1], zeroPoint: [0], axis: 0 }
  if (type === 'int16') return { scale: [Math.fround(Math.max(-min, max) / 32767)], zeroPoint: [0], axis: 0 }
  const scale = Math.fround((max - min) / 255)
  return { scale: [scale], zeroPoint: [clamp(roundHalfAway(-128 - min / scale), -128, 127)], axis: 0 }
}
