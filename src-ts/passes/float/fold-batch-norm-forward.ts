import type { Node } from '../../ir/graph.ts'
import { conv2d } from '../../ops/conv2d.ts'
import { fullyConnected } from '../../ops/fully-connected.ts'
import { maxPool2d } from '../../ops/max-pool2d.ts'
import { mean } from '../../ops/mean.ts'
import { isOf } from '../../ops/op.ts'
import { readsPadding, window } from '../../ops/parts/window.ts'
import { reshape } from '../../ops/reshape.ts'
import type { Draft } from '../draft.ts'
import type { Pass } from '../pass.ts'
import { affineOf, withInputMapped } from './linear.ts'

/**
 * Batch norm that is read by dense layers and unpadded convolutions only: it becomes part of their weights.
 * A convolution with SAME padding reads zeros of the batch norm's *output* at the border; its input has no value that stands for them
 * in every channel, so a fold would be wrong there and is not done.
 */
export const foldBatchNormForward: Pass = {
  name: 'fold-batch-norm-forward',
  title: 'a batch norm that only dense layers and unpadded convolutions read becomes part of their weights',
  rewrite(draft, norm) {
    if (norm.op !== 'batchNorm') return false
    const [from] = norm.inputs
    const [to] = norm.outputs
    const map = affineOf(draft, norm)
    const readers = linearReaders(draft, to, map.scale, takesMap)
    if (!readers) return false
    draft.replace(norm)
    for (const reader of readers) {
      const x = reader.inputs[0] === to ? from : reader.inputs[0]
      draft.replace(reader, withInputMapped(draft, reader, x, map))
    }
    draft.redirect(to, from)
    return true
  },
}

/**
 * Returns the linear nodes that read a tensor, also through nodes that pass a map of its channels by `scale` on; undefined if anything
 * else reads it. `takes` says of a node whether its weights can take the map in.
 */
export function linearReaders(
  draft: Draft,
  tensor: number,
  scale: Float64Array,
  takes: (draft: Draft, node: Node, channels: number) => boolean,
): Node[] | undefined {
  if (draft.isOutput(tensor)) return undefined
  const found: Node[] = []
  for (const node of draft.consumers(tensor)) {
    if (takes(draft, node, scale.length)) {
      found.push(node)
      continue
    }
    const further = passesMap(draft, node, scale) ? linearReaders(draft, node.outputs[0], scale, takes) : undefined
    if (!further) return undefined
    found.push(...further)
  }
  return found
}

/** True if the node's weights can take a map of its input's channels, at every position of the output. */
function takesMap(draft: Draft, node: Node, channels: number): boolean {
  if (isOf(fullyConnected, node)) return draft.tensor(node.inputs[1]).shape[1] % channels === 0
  if (!isOf(conv2d, node)) return false
  const [, height, width, depth] = draft.tensor(node.inputs[1]).shape
  return depth === channels && !readsPadding(window(node.attrs, draft.tensor(node.inputs[0]).shape, height, width))
}

/** True if the node gives the mapped result when its input is mapped. */
function passesMap(draft: Draft, node: Node, scale: Float64Array): boolean {
  // Row-major with channels last: element i belongs to channel i mod C, whatever the shape.
  if (isOf(reshape, node)) return true
  const { shape } = draft.tensor(node.inputs[0])
  const rank = shape.length
  if (shape[rank - 1] !== scale.length) return false
  if (isOf(maxPool2d, node)) return node.attrs.activation === 'none' && scale.every(s => s > 0)
  if (isOf(mean, node)) {
    const axes = Array.from(draft.tensor(node.inputs[1]).data as Int32Array)
    return axes.every(axis => (axis + rank) % rank !== rank - 1)
  }
  return false
}
