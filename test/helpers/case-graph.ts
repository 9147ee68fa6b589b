import type { IntGraph, IntTensor, Node } from '../../src-ts/ir/graph.ts'
import type { Case } from '../../src-ts/ops/op.ts'

/** Returns the network that holds one test case of an op and nothing else. Tensors that are not constants are its inputs. */
export function caseGraph(kind: string, { node: view }: Case<any>): IntGraph {
  const tensors: IntTensor[] = []
  const place = (tensor: IntTensor | undefined) => (tensor ? tensors.push(tensor) - 1 : -1)
  const inputs = view.inputs.map(place)
  const outputs = view.outputs.map(place)
  const node: Node = { name: view.outputs[0].name, op: kind, attrs: view.attrs, inputs, outputs }
  return { name: view.name, tensors, nodes: [node], inputs: inputs.filter(i => i >= 0 && !tensors[i].data), outputs }
}
