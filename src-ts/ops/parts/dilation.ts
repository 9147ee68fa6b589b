import type * as tf from '@tensorflow/tfjs-core'
import type { Backend } from '../op.ts'

/**
 * Returns a filter [H, W, …] with zeros between its taps: what a dilated convolution computes, as one without dilation.
 * tfjs has no gradient of a dilated convolution.
 */
export function dilated(tf: Backend, filter: tf.Tensor4D, dilationH: number, dilationW: number): tf.Tensor4D {
  return spread(tf, spread(tf, filter, 0, dilationH), 1, dilationW) as tf.Tensor4D
}

/** Puts `step − 1` zeros between neighbours along an axis. */
function spread(tf: Backend, x: tf.Tensor, axis: number, step: number): tf.Tensor {
  const size = x.shape[axis]
  if (step === 1 || size === 1) return x
  const apart = tf.expandDims(x, axis + 1)
  const padded = tf.pad(
    apart,
    apart.shape.map((_, i) => [0, i === axis + 1 ? step - 1 : 0]),
  )
  const joined = x.shape.map((n, i) => (i === axis ? n * step : n))
  const wanted = x.shape.map((n, i) => (i === axis ? (n - 1) * step + 1 : n))
  return tf.slice(
    tf.reshape(padded, joined),
    wanted.map(() => 0),
    wanted,
  )
}
