import type { IntGraph, IntTensor } from '../../src-ts/ir/graph.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import type { Random } from '../../src-ts/random.ts'

/** Returns the graph with a share of the filters of each layer set to zero. */
export function withDeadChannels(graph: IntGraph, r: Random, share = 0.4): IntGraph {
  const tensors = [...graph.tensors]
  for (const node of graph.nodes) {
    const { linear } = opByKind(node.op)
    if (!linear) continue
    const filter = tensors[node.inputs[1]]
    tensors[node.inputs[1]] = withZeroFilters(filter, linear.outputAxis, r, share)
  }
  return { ...graph, tensors }
}

/** Sets exactly ⌊share · channels⌋ filters, drawn at random, to zero. */
export function withZeroFilters(filter: IntTensor, axis: number, r: Random, share: number): IntTensor {
  const { shape } = filter
  const dead = new Set(r.permutation(shape[axis]).subarray(0, Math.floor(share * shape[axis])))
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const data = (filter.data as Int8Array).map((w, i) => (dead.has(Math.floor(i / inner) % shape[axis]) ? 0 : w))
  return { ...filter, data }
}
