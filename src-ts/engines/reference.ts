import { prepareGraph } from '../codegen/prepare.ts'
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
import type { Engine } from './engine.ts'

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

/** The integer reference in TypeScript. */
export const reference: Engine = {
  name: 'reference',
  runs: 'graph',
  flavours: ['typescript'],
  missing: () => undefined,
  async run({ graph }, _, inputs, count) {
    const run = referenceRunner(graph)
    const rows: Int8Array[] = []
    let at = 0
    for (let row = 0; row < count; row++) {
      const parts = graph.inputs.map(i => {
        at += tensorBytes(graph.tensors[i])
        return fromBytes(inputs.subarray(at - tensorBytes(graph.tensors[i]), at), graph.tensors[i].type)
      })
      for (const output of run(parts)) rows.push(toBytes(output))
    }
    return joinRows(rows)
  },
}

function valuesOf({ type, shape }: IntTensor): IntData {
  return new arrays[type](elements(shape))
}

function joinRows(rows: readonly Int8Array[]): Int8Array {
  const all = new Int8Array(rows.reduce((sum, row) => sum + row.length, 0))
  let at = 0
  for (const row of rows) {
    all.set(row, at)
    at += row.length
  }
  return all
}
