import { elements, type IntTensor, type Quantization } from '../ir/graph.ts'
import { quantizer } from '../ir/input-map.ts'

/** Returns real values as int8: round(value / scale) + zero point, halves away from zero, saturated (TFLite's QUANTIZE). Per tensor. */
export function quantizeValues(values: Float32Array, quantization: Quantization): Int8Array {
  return Int8Array.from(values, quantizer(quantization, 'int8'))
}

/** The same as int16. */
export function quantizeWideValues(values: Float32Array, quantization: Quantization): Int16Array {
  return Int16Array.from(values, quantizer(quantization, 'int16'))
}

/** Returns quantized values as real numbers: scale · (q − zero point), rounded to float32 (TFLite's DEQUANTIZE). Per tensor. */
export function dequantizeValues(values: ArrayLike<number>, { scale, zeroPoint }: Quantization): Float32Array {
  return Float32Array.from(values, q => scale[0] * (q - zeroPoint[0]))
}

/** Returns the real numbers that a quantized constant stands for, per tensor or per channel; undefined of one without a scale (axes, shapes). */
export function dequantizeConstant({ data, shape, quantization }: IntTensor): Float32Array | undefined {
  if (!data || !quantization) return undefined
  const { scale, zeroPoint, axis } = quantization
  const inner = scale.length > 1 ? elements(shape.slice(axis + 1)) : data.length
  return Float32Array.from({ length: data.length }, (_, i) => {
    const channel = Math.floor(i / inner) % scale.length
    return scale[channel] * (Number(data[i]) - zeroPoint[channel])
  })
}
