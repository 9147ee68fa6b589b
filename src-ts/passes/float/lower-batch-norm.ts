import type { Node } from '../../ir/graph.ts'
import type { Draft } from '../draft.ts'
import type { Pass } from '../pass.ts'
import { affineOf } from './linear.ts'

const pointwise = {
  strideH: 1,
  strideW: 1,
  dilationH: 1,
  dilationW: 1,
  padding: 'valid',
  depthMultiplier: 1,
  activation: 'none',
}

/** A batch norm that nothing could take in becomes what it is: a depthwise convolution of one tap, with a bias. */
export const lowerBatchNorm: Pass = {
  name: 'lower-batch-norm',
  title: 'a batch norm that is left becomes a 1×1 depthwise convolution',
  rewrite(draft, norm) {
    if (norm.op !== 'batchNorm') return false
    const { scale, offset } = affineOf(draft, norm)
    const channels = scale.length
    const filter = draft.add({
      name: `${norm.name}/kernel`,
      shape: [1, 1, 1, channels],
      data: Float32Array.from(scale),
    })
    const bias = draft.add({ name: `${norm.name}/bias`, shape: [channels], data: Float32Array.from(offset) })
    const node = { ...norm, op: 'depthwiseConv2d', attrs: pointwise }
    const shape = draft.tensor(norm.inputs[0]).shape
    if (shape.length === 4) draft.replace(norm, { ...node, inputs: [norm.inputs[0], filter, bias] })
    else draft.replace(norm, ...asImage(draft, node, [filter, bias]))
    return true
  },
}

/** The same for a tensor that is no image: reshape to [1, 1, rows, C], convolve, reshape back. */
function asImage(draft: Draft, node: Node, constants: number[]): Node[] {
  const [x] = node.inputs
  const [y] = node.outputs
  const { shape } = draft.tensor(x)
  const channels = shape[shape.length - 1]
  const image = [1, 1, shape.reduce((a, b) => a * b, 1) / channels, channels]
  const before = draft.add({ name: `${node.name}/image`, shape: image })
  const after = draft.add({ name: `${node.name}/mapped`, shape: image })
  return [
    { name: `${node.name}/image`, op: 'reshape', attrs: { newShape: image }, inputs: [x], outputs: [before] },
    { ...node, inputs: [before, ...constants], outputs: [after] },
    { name: `${node.name}/flat`, op: 'reshape', attrs: { newShape: shape }, inputs: [after], outputs: [y] },
  ]
}
