import {
  arrays,
  elements,
  fromBytes,
  type IntData,
  type IntGraph,
  type IntTensor,
  startOf,
  tensorBytes,
  toBytes,
} from '../ir/graph.ts'
import { prepareGraph } from './prepare.ts'

/** A network that goes on from one inference to the next. */
export interface ReferenceStream {
  /** Runs one inference that goes on where the last one stopped. */
  push(inputs: readonly IntData[]): IntData[]
  /** Brings every state back to its start. */
  reset(): void
}

/** Returns a graph's stream by the ops' references: the definition of the network, byte for byte. */
export function referenceStream(graph: IntGraph): ReferenceStream {
  const prepared = prepareGraph(graph)
  const states = graph.states ?? []
  const values = graph.tensors.map(t => (t.data ? undefined : valuesOf(t))) as (IntData | undefined)[]
  const remember = (contents: readonly IntData[]) => {
    states.forEach(({ current }, i) => {
      values[current] = contents[i].slice() as IntData
    })
  }
  const reset = () => remember(states.map(state => startOf(state, graph.tensors)))
  reset()
  return {
    reset,
    push(inputs) {
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
      const outputs = graph.outputs.map(tensor => values[tensor]!.slice() as IntData)
      remember(states.map(({ next }) => values[next]!))
      return outputs
    },
  }
}

/** Returns a function that runs a graph once, from the start of its states: its outputs depend on the inputs alone. */
export function referenceRunner(graph: IntGraph): (inputs: readonly IntData[]) => IntData[] {
  const { push, reset } = referenceStream(graph)
  return inputs => {
    reset()
    return push(inputs)
  }
}

/**
 * Returns the same for rows of bytes: `count` rows of all inputs one after another give as many rows of all outputs,
 * each value in its tensor's type, little endian.
 */
export function rowRunner(graph: IntGraph): (inputs: Int8Array, count: number) => Int8Array {
  return overRows(graph, referenceRunner(graph))
}

/** Returns a graph's stream for rows of bytes: each row goes on where the one before stopped. */
export function rowStream(graph: IntGraph) {
  const { push, reset } = referenceStream(graph)
  return { push: overRows(graph, push), reset }
}

function overRows(graph: IntGraph, once: (inputs: readonly IntData[]) => IntData[]) {
  const outBytes = graph.outputs.reduce((sum, i) => sum + tensorBytes(graph.tensors[i]), 0)
  return (inputs: Int8Array, count: number): Int8Array => {
    const outputs = new Int8Array(count * outBytes)
    let from = 0
    let to = 0
    for (let row = 0; row < count; row++) {
      const parts = graph.inputs.map(i => {
        from += tensorBytes(graph.tensors[i])
        return fromBytes(inputs.subarray(from - tensorBytes(graph.tensors[i]), from), graph.tensors[i].type)
      })
      for (const output of once(parts)) {
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
  for (const state of graph.states ?? []) values[state.current] = startOf(state, graph.tensors)
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
