import type { FloatGraph, Node } from '../ir/graph.ts'
import { elements } from '../ir/graph.ts'
import { conv2d } from '../ops/conv2d.ts'
import { fullyConnected } from '../ops/fully-connected.ts'
import { isOf } from '../ops/op.ts'
import { Draft } from '../passes/draft.ts'
import { floatOpByKind } from '../passes/float/float-ops.ts'
import { linearReaders } from '../passes/float/fold-batch-norm-forward.ts'
import { isLinear, withInputMapped, withOutputMapped } from '../passes/float/linear.ts'

/** Each pair moves its neighbours; the factors are within a few per cent of 1 after so many rounds. */
const ROUNDS = 10

/**
 * Returns a graph with the same results whose neighbouring layers have weights of like size, channel by channel (cross-layer equalization;
 * Nagel et al., Data-free quantization, 2019): what a layer's channel is divided by, the layers that read it are multiplied by. Exact, since
 * relu(x / s) = relu(x) / s for s > 0, and so are max pools, means and reshapes between them.
 */
export function equalize(graph: FloatGraph): FloatGraph {
  const draft = new Draft(graph)
  const outputs = graph.nodes.map(node => node.outputs[0])
  for (let round = 0; round < ROUNDS; round++) {
    for (const output of outputs) equalizeAfter(draft, draft.producer(output)!)
  }
  return draft.finish()
}

function equalizeAfter(draft: Draft, node: Node): void {
  const { activation = 'none' } = node.attrs
  if (!isLinear(node) || (activation !== 'none' && activation !== 'relu')) return
  const { outputAxis } = floatOpByKind(node.op)!.linear!
  const filter = draft.tensor(node.inputs[1])
  const channels = filter.shape[outputAxis]
  const ones = new Float64Array(channels).fill(1)
  const readers = linearReaders(draft, node.outputs[0], ones, takesScale)
  if (!readers?.length) return
  const perChannel = elements(filter.shape.slice(outputAxis + 1))
  const own = largest(filter.data as Float32Array, channels, i => Math.floor(i / perChannel) % channels)
  const theirs = readers.map(({ inputs }) =>
    largest(draft.tensor(inputs[1]).data as Float32Array, channels, i => i % channels),
  )
  // A channel of zeros on either side has no size that could be shared.
  const scale = own.map((size, c) => {
    const read = Math.max(...theirs.map(sizes => sizes[c]))
    return size && read ? Math.sqrt(size / read) : 1
  })
  for (const reader of readers) {
    draft.replace(
      reader,
      withInputMapped(draft, reader, reader.inputs[0], { scale, offset: new Float64Array(channels) }),
    )
  }
  draft.replace(
    node,
    withOutputMapped(draft, node, { scale: scale.map(s => 1 / s), offset: new Float64Array(channels) }),
  )
}

/** A filter whose last axis runs over the input's channels, whatever it reads at the border: zeros stay zeros. */
function takesScale(draft: Draft, node: Node, channels: number): boolean {
  if (isOf(fullyConnected, node)) return draft.tensor(node.inputs[1]).shape[1] % channels === 0
  return isOf(conv2d, node) && draft.tensor(node.inputs[1]).shape[3] === channels
}

function largest(weights: Float32Array, channels: number, channelOf: (i: number) => number): Float64Array {
  const sizes = new Float64Array(channels)
  weights.forEach((w, i) => {
    sizes[channelOf(i)] = Math.max(sizes[channelOf(i)], Math.abs(w))
  })
  return sizes
}
