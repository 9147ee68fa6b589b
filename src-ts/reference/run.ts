import {
  arrays,
  elements,
  fromBytes,
  type IntData,
  type IntGraph,
  type IntTensor,
  tensorBytes,
  toBytes,
} from '../ir/graph.ts'
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

/**
 * Returns the same for rows of bytes: `count` rows of all inputs one after another give as many rows of all outputs,
 * each value in its tensor's type, little endian.
 */
export function rowRunner(graph: IntGraph): (inputs: Int8Array, count: number) => Int8Array {
  const run = referenceRunner(graph)
  const outBytes = graph.outputs.reduce((sum, i) => sum + tensorBytes(graph.tensors[i]), 0)
  return (inputs, count) => {
    const outputs = new Int8Array(count * outBytes)
    let from = 0
    let to = 0
    for (let row = 0; row < count; row++) {
      const parts = graph.inputs.map(i => {
        from += tensorBytes(graph.tensors[i])
        return fromBytes(inputs.subarray(from - tensorBytes(graph.tensors[i]), from), graph.tensors[i].type)
      })
      for (const output of run(parts)) {
        outputs.set(toBytes(output), to)
        to += output.byteLength
      }
    }
    return outputs
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
