import type * as tf from '@tensorflow/tfjs-core'
import { HolterError } from '../../errors.ts'
import { clamp, roundHalfAway } from '../../ir/fixed-point.ts'
import { type IntTensor, limitsOf } from '../../ir/graph.ts'
import type { Backend } from '../op.ts'
import { quantizationOf } from './channels.ts'

/** Activations that TFLite fuses into an operator, in the order of its ActivationFunctionType (0 … 3). */
export const activations = ['none', 'relu', 'reluN1To1', 'relu6'] as const
export type Activation = (typeof activations)[number]

/** Returns the clamp of a fused activation (TFLM CalculateActivationRangeQuantized; the quotient is rounded to float32 first). */
export function activationRange(activation: Activation, output: IntTensor): { min: number; max: number } {
  const { min, max } = limitsOf(output)
  const {
    scale: [scale],
    zeroPoint: [zeroPoint],
  } = quantizationOf(output)
  const quantized = (real: number) => {
    const rounded = roundHalfAway(Math.fround(real / scale))
    if (Math.abs(rounded) <= 2 ** 31) return zeroPoint + rounded
    const problem = `output scale is too small for the activation ${activation}: TFLM stops where its clamp leaves 32 bits`
    throw new HolterError({ stage: 'ops', where: 'activation', problem, got: scale })
  }
  const limit = (real: number) => clamp(quantized(real), min, max)
  if (activation === 'relu') return { min: limit(0), max }
  if (activation === 'relu6') return { min: limit(0), max: limit(6) }
  if (activation === 'reluN1To1') return { min: limit(-1), max: limit(1) }
  return { min, max }
}

/** Applies a fused activation to real numbers. */
export function activate(tf: Backend, activation: Activation, x: tf.Tensor): tf.Tensor {
  if (activation === 'relu') return tf.relu(x)
  if (activation === 'relu6') return tf.clipByValue(x, 0, 6)
  if (activation === 'reluN1To1') return tf.clipByValue(x, -1, 1)
  return x
}
