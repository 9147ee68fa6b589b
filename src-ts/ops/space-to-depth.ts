import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { type BlockAttrs, blockMovement, blockOptions, deepShape } from './parts/depth-blocks.ts'
import { emitMove, type Movement, move } from './parts/movement.ts'

/** SPACE_TO_DEPTH: the pixels of each square become the channels of one. */
export const spaceToDepth: Op<BlockAttrs, Movement> = {
  kind: 'spaceToDepth',
  truth: 'tflite-micro',
  tflite: { code: 26, options: 19, ...blockOptions },
  outputShapes: (attrs, [x]) => [deepShape(x!.shape, attrs)],
  // By reshapes and a transposition, which have gradients.
  evaluate(tf, { blockSize: b }, [x]) {
    const [n, h, w, c] = x!.shape
    const blocks = tf.reshape(x!, [(n * h) / b, b, w / b, b * c])
    return tf.reshape(tf.transpose(blocks, [0, 2, 1, 3]), [n, h / b, w / b, c * b * b])
  },
  quantization: { kind: 'same-as-input' },
  prepare: ({ name, attrs, inputs: [x], outputs: [y] }) =>
    blockMovement(name, y.shape, x!.shape, attrs.blockSize, false),
  reference: (p, [x], [y]) => move(p, x, y),
  kernels: [{ name: 'move', emit: emitMove }],
  macs: () => 0,
  cases: () => [blockCase([1, 4, 6, 3], 2), blockCase([2, 3, 9, 2], 3), blockCase([1, 4, 1, 3], 1)],
}

function blockCase(shape: number[], blockSize: number) {
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const output = { shape: deepShape(shape, { blockSize }), ...quantization }
  return caseNode<BlockAttrs>(
    `${blockSize} of ${shape}`,
    'spaceToDepth',
    { blockSize },
    [{ shape, ...quantization }],
    [output],
  )
}
