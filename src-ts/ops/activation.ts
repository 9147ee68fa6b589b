import type * as tf from '@tensorflow/tfjs-core'
import { HolterError } from '../errors.ts'
import { clamp, roundHalfAway } from '../ir/fixed-point.ts'
import type { Quantization } from '../ir/graph.ts'
import type { Backend } from './op.ts'

/** Activations that TFLite fuses into an operator, in the order of its ActivationFunctionType (0 … 3). */
export const activations = ['none', 'relu', 'reluN1To1', 'relu6'] as const
export type Activation = (typeof activations)[number]

/** Returns the int8 clamp of a fused activation (TFLM CalculateActivationRangeQuantized; the quotient is rounded to float32 first). */
export function activationRange(activation: Activation, output: Quantization): { min: number; max: number } {
  const scale = output.scale[0]
  const zeroPoint = output.zeroPoint[0]
  const quantized = (real: number) => {
    const rounded = roundHalfAway(Math.fround(real / scale))
    if (Math.abs(rounded) <= 2 ** 31) return zeroPoint + rounded
    const problem = `output scale is too small for the activation ${activation}: TFLM stops where its clamp leaves 32 bits`
    throw new HolterError({ stage: 'codegen', where: 'activation', problem, got: scale })
  }
  if (activation === 'relu') return { min: clamp(quantized(0), -128, 127), max: 127 }
  if (activation === 'relu6') return { min: clamp(quantized(0), -128, 127), max: clamp(quantized(6), -128, 127) }
  if (activation === 'reluN1To1') return { min: clamp(quantized(-1), -128, 127), max: clamp(quantized(1), -128, 127) }
  return { min: -128, max: 127 }
}

/** Applies a fused activation to real numbers. */
export function activate(tf: Backend, activation: Activation, x: tf.Tensor): tf.Tensor {
  if (activation === 'relu') return tf.relu(x)
  if (activation === 'relu6') return tf.clipByValue(x, 0, 6)
  if (activation === 'reluN1To1') return tf.clipByValue(x, -1, 1)
  return x
}
