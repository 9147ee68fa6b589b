import { arrays, elements, type IntData, type IntGraph, type IntTensor } from '../ir/graph.ts'
import { prepareGraph } from './prepare.ts'

/** Returns a function that runs a graph once by the ops' references: the definition of the network, byte for byte. */
export function referenceRunner(graph: IntGraph): (inputs: readonly IntData[]) => IntData[] {
  const prepared = prepareGraph(graph)
  const values = graph.tensors.map(t => (t.data ? undefined : valuesOf(t))) as (IntData | undefined)[]
  return inputs => {
    graph.inputs.forEach((tensor, i) => {
      values[tensor] = inputs[i]
    })
    prepared.forEach((node, step) => {
      const outputs = graph.nodes[step].outputs.map(i => values[i]!)
      node.op.reference(
        node.constants,
        node.dataInputs.map(i => values[i]!),
        outputs,
      )
    })
    return graph.outputs.map(tensor => values[tensor]!.slice() as IntData)
  }
}

/** Returns every computed tensor of one run, by tensor index (constants are undefined). */
export function runReference(graph: IntGraph, inputs: readonly IntData[]): (IntData | undefined)[] {
  const values: (IntData | undefined)[] = graph.tensors.map(() => undefined)
  graph.inputs.forEach((tensor, i) => {
    values[tensor] = inputs[i]
  })
  prepareGraph(graph).forEach((node, step) => {
    const outputs = graph.nodes[step].outputs
    for (const i of outputs) values[i] = valuesOf(graph.tensors[i])
    node.op.reference(
      node.constants,
      node.dataInputs.map(i => values[i]!),
      outputs.map(i => values[i]!),
    )
  })
  return values
}

function valuesOf({ type, shape }: IntTensor): IntData {
  return new arrays[type](elements(shape))
}
