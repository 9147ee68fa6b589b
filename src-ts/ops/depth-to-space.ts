import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { type BlockAttrs, blockMovement, blockOptions, wideShape } from './parts/depth-blocks.ts'
import { emitMove, type Movement, move } from './parts/movement.ts'

/** DEPTH_TO_SPACE: the channels of each pixel become a square of pixels. */
export const depthToSpace: Op<BlockAttrs, Movement> = {
  kind: 'depthToSpace',
  truth: 'tflite-micro',
  tflite: { code: 5, options: 94, ...blockOptions },
  outputShapes: (attrs, [x]) => [wideShape(x!.shape, attrs)],
  // By reshapes and a transposition, which have gradients.
  evaluate(tf, { blockSize: b }, [x]) {
    const [n, h, w, c] = x!.shape
    const blocks = tf.reshape(x!, [n * h, w, b, c / b])
    return tf.reshape(tf.transpose(blocks, [0, 2, 1, 3]), [n, h * b, w * b, c / (b * b)])
  },
  quantization: { kind: 'same-as-input' },
  prepare: ({ name, attrs, inputs: [x], outputs: [y] }) =>
    blockMovement(name, x!.shape, y.shape, attrs.blockSize, true),
  reference: (p, [x], [y]) => move(p, x, y),
  kernels: [{ name: 'move', emit: emitMove }],
  macs: () => 0,
  cases: () => [blockCase([1, 2, 3, 12], 2), blockCase([2, 1, 5, 9], 3), blockCase([1, 4, 1, 3], 1)],
}

function blockCase(shape: number[], blockSize: number) {
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const output = { shape: wideShape(shape, { blockSize }), ...quantization }
  return caseNode<BlockAttrs>(
    `${blockSize} of ${shape}`,
    'depthToSpace',
    { blockSize },
    [{ shape, ...quantization }],
    [output],
  )
}
