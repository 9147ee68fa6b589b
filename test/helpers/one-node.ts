import type { IntGraph, IntTensor } from '../../src-ts/ir/graph.ts'
import { ops } from '../../src-ts/ops/index.ts'
import type { Case } from '../../src-ts/ops/op.ts'

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

/** Every case of every op as a graph. */
export function allCases(): IntGraph[] {
  return ops.flatMap(op => op.cases().map(each => graphOf(op.kind, each)))
}
