import { clamp, roundHalfAway } from '../ir/fixed-point.ts'
import type { Quantization } from '../ir/graph.ts'

/** Returns real values as int8: round(value / scale) + zero point, halves away from zero, saturated (TFLite's QUANTIZE). Per tensor. */
export function quantizeValues(values: Float32Array, { scale, zeroPoint }: Quantization): Int8Array {
  return Int8Array.from(values, value => clamp(roundHalfAway(Math.fround(value / scale[0])) + zeroPoint[0], -128, 127))
}

/** Returns int8 values as real numbers: scale · (q − zero point), rounded to float32 (TFLite's DEQUANTIZE). Per tensor. */
export function dequantizeValues(values: ArrayLike<number>, { scale, zeroPoint }: Quantization): Float32Array {
  return Float32Array.from(values, q => scale[0] * (q - zeroPoint[0]))
}
