import type { IntGraph, IntTensor } from '../../src-ts/ir/graph.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import type { Random } from '../../src-ts/random.ts'

/** Returns the graph with a share of the filters of each layer set to zero, with their biases if asked for. */
export function withDeadChannels(graph: IntGraph, r: Random, share = 0.4, biases = false): IntGraph {
  const tensors = [...graph.tensors]
  for (const node of graph.nodes) {
    const { linear } = opByKind(node.op)
    if (!linear) continue
    const filter = tensors[node.inputs[1]]
    const dead = drawn(filter.shape[linear.outputAxis], r, share)
    tensors[node.inputs[1]] = withZeros(filter, linear.outputAxis, dead)
    const bias = tensors[node.inputs[2]]
    if (biases && bias?.data) tensors[node.inputs[2]] = withZeros(bias, 0, dead)
  }
  return { ...graph, tensors }
}

/** Exactly ⌊share · channels⌋ of them, at random. */
function drawn(channels: number, r: Random, share: number): Set<number> {
  return new Set(r.permutation(channels).subarray(0, Math.floor(share * channels)))
}

function withZeros(tensor: IntTensor, axis: number, dead: ReadonlySet<number>): IntTensor {
  const { shape } = tensor
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const data = (tensor.data as Int8Array | Int32Array).slice()
  for (const i of data.keys()) if (dead.has(Math.floor(i / inner) % shape[axis])) data[i] = 0
  return { ...tensor, data }
}
