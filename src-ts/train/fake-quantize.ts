import type { Scalar, Tensor } from '@tensorflow/tfjs'
import { limits, type Quantization } from '../ir/graph.ts'
import { native } from './native-gradients.ts'
import type { Tf } from './tf.ts'

/** What integers a tensor becomes, and where its ends come from. */
export interface FakeQuantization {
  readonly type: keyof typeof limits
  readonly quantization: Quantization
  /** Real values at both ends of the range that is trained; their gradients are those of the values that are clipped. */
  readonly ends: readonly [Scalar, Scalar]
  /** What happens to the values before they are rounded, without a gradient of its own. */
  readonly before?: (values: Tensor) => Tensor
}

/**
 * Returns the values that a tensor's integers stand for: rounded to its steps, clipped to its range. Gradients pass straight through
 * where nothing is clipped, and go to the ends where it is (Jacob et al., 2018; the two operations of TensorFlow's own training).
 */
export function fakeQuantize(
  tf: Tf,
  x: Tensor,
  { type, quantization, ends, before = values => values }: FakeQuantization,
): Tensor {
  const backend = native(tf)
  const [scale] = quantization.scale
  const [zeroPoint] = quantization.zeroPoint
  // int16 has no −32768 here, as its quantizer makes none.
  const wide = type === 'int16'
  const attributes = [
    { name: 'num_bits', type: backend.binding.TF_ATTR_INT, value: wide ? 16 : 8 },
    { name: 'narrow_range', type: backend.binding.TF_ATTR_BOOL, value: wide },
  ]
  const { min, max } = limits[type]
  const own = [min + Number(wide), max].map(q => tf.scalar((q - zeroPoint) * scale))
  const rounded = tf.customGrad((...all) => {
    const [input, , , save] = all as unknown as [Tensor, Scalar, Scalar, (tensors: Tensor[]) => void]
    save([input, ...own])
    return {
      value: backend.executeSingleOutput('FakeQuantWithMinMaxVars', attributes, [before(input), ...own]),
      gradFunc: (dy, saved) =>
        backend.executeMultipleOutputs('FakeQuantWithMinMaxVarsGradient', attributes, [dy as Tensor, ...saved], 3),
    }
  })
  return rounded(x, ...ends)
}
