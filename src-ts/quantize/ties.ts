import type { FloatGraph } from '../ir/graph.ts'
import { opByKind } from '../ops/index.ts'

/**
 * Returns, for each tensor, the number of the group with which it must share scale and zero point (union-find over the nodes that
 * copy values: pools, concatenations, reshapes). Constants stand alone.
 */
export function tiedGroups(graph: FloatGraph): number[] {
  const parent = graph.tensors.map((_, i) => i)
  const find = (i: number): number => {
    let root = i
    while (parent[root] !== root) root = parent[root]
    parent[i] = root
    return root
  }
  for (const node of graph.nodes) {
    if (opByKind(node.op).quantization.kind !== 'same-as-input') continue
    const data = node.inputs.filter(i => i >= 0 && !graph.tensors[i].data)
    for (const tensor of [...data, ...node.outputs]) parent[find(tensor)] = find(data[0])
  }
  return parent.map((_, i) => find(i))
}
