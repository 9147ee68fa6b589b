import type { IntGraph, IntTensor } from '../../src-ts/ir/graph.ts'
import { ops } from '../../src-ts/ops/index.ts'
import type { Case, Op } from '../../src-ts/ops/op.ts'
import { caseNode } from '../../src-ts/ops/parts/cases.ts'
import { isAllInt16, withInt16 } from '../../tools/random-networks/int16-network.ts'
import { conditionFor } from '../../tools/random-networks/random-draw.ts'

/** A graph of one node, made of an op's test case; before it nodes that compute what it reads as bool, which no network has as an input. */
export function graphOf(kind: string, { node }: Case<any>): IntGraph {
  const present = (list: readonly (IntTensor | undefined)[]) => list.filter((t): t is IntTensor => t !== undefined)
  const conditions = present(node.inputs).filter(t => t.type === 'bool' && !t.data)
  const steps = [...conditions.map(conditionNode), { kind, view: node }]
  const tensors = [...new Set(steps.flatMap(({ view }) => present([...view.inputs, ...view.outputs])))]
  const index = (t: IntTensor | undefined) => (t ? tensors.indexOf(t) : -1)
  return {
    name: node.name,
    tensors,
    nodes: steps.map(({ kind, view }) => ({
      name: view.outputs[0].name,
      op: kind,
      attrs: view.attrs,
      inputs: view.inputs.map(index),
      outputs: view.outputs.map(index),
    })),
    inputs: steps.flatMap(({ view }) =>
      present(view.inputs)
        .filter(t => !t.data && !conditions.includes(t))
        .map(index),
    ),
    outputs: node.outputs.map(index),
  }
}

function conditionNode(output: IntTensor) {
  const { attrs, inputs, outputs } = conditionFor({ shape: output.shape, type: 'bool', scale: 1 })
  const { node } = caseNode(`gives ${output.name}`, 'greater', attrs, inputs, outputs)
  const named = node.inputs.map(t => ({ ...t!, name: `${t!.name} of ${output.name}` }))
  return { kind: 'greater', view: { ...node, inputs: named, outputs: [output] } }
}

/** Every case of every op as a graph, and again with int16 activations where the op takes them. */
export function allCases(kinds: readonly Op[] = ops): IntGraph[] {
  const graphs = kinds.flatMap(op => op.cases().map(each => graphOf(op.kind, each)))
  const narrow = graphs.filter(graph => !isAllInt16(graph))
  return [...graphs, ...narrow.map(graph => withInt16(graph)).filter(isAllInt16)]
}
