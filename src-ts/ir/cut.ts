import type { IntGraph } from './graph.ts'

/** Returns the graph with every computed tensor as an output, in the order of the nodes; without metadata, which speaks of the real ones. */
export function exposeTensors({ metadata, ...graph }: IntGraph): IntGraph {
  return { ...graph, outputs: graph.nodes.flatMap(node => node.outputs) }
}

/** Returns the graph of one node: what it reads and does not hold becomes its inputs, in order. */
export function cutOut(graph: IntGraph, step: number): IntGraph {
  const node = graph.nodes[step]
  const used = [...new Set([...node.inputs, ...node.outputs])].filter(i => i >= 0)
  const place = (i: number) => (i < 0 ? -1 : used.indexOf(i))
  const computed = [...new Set(node.inputs)].filter(i => i >= 0 && !graph.tensors[i].data)
  return {
    name: node.name,
    tensors: used.map(i => graph.tensors[i]),
    nodes: [{ ...node, inputs: node.inputs.map(place), outputs: node.outputs.map(place) }],
    inputs: computed.map(place),
    outputs: node.outputs.map(place),
  }
}
