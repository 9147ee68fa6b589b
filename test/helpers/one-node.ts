import type { IntGraph, IntTensor } from '../../src-ts/ir/graph.ts'
import { ops } from '../../src-ts/ops/index.ts'
import type { Case, Op } from '../../src-ts/ops/op.ts'
import { isAllInt16, withInt16 } from '../../tools/random-networks/int16-network.ts'

/** A graph of one node, made of an op's test case. */
export function graphOf(kind: string, { node }: Case<any>): IntGraph {
  const tensors = [...node.inputs, ...node.outputs].filter((t): t is IntTensor => t !== undefined)
  const index = (t: IntTensor | undefined) => (t ? tensors.indexOf(t) : -1)
  return {
    name: node.name,
    tensors,
    nodes: [
      {
        name: node.outputs[0].name,
        op: kind,
        attrs: node.attrs,
        inputs: node.inputs.map(index),
        outputs: node.outputs.map(index),
      },
    ],
    inputs: node.inputs.filter(t => t && !t.data).map(index),
    outputs: node.outputs.map(index),
  }
}

/** Every case of every op as a graph, and again with int16 activations where the op takes them. */
export function allCases(kinds: readonly Op[] = ops): IntGraph[] {
  const graphs = kinds.flatMap(op => op.cases().map(each => graphOf(op.kind, each)))
  const narrow = graphs.filter(graph => !isAllInt16(graph))
  return [...graphs, ...narrow.map(graph => withInt16(graph)).filter(isAllInt16)]
}
