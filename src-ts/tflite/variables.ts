import type { Builder } from 'flatbuffers'
import type { Attrs, IntGraph, IntTensor } from '../ir/graph.ts'
import type { BuiltinOperator } from '../ops/op.ts'

/**
 * Operators that a file keeps states with: a graph knows them as `states` (ir/graph.ts), so that they are no ops of their own.
 * A variable is a handle with a name; reading it before it is assigned gives what the last inference left in it.
 */
interface VariableOperator {
  readonly kind: string
  readonly tflite: BuiltinOperator<any>
}

/** Options tables without fields that anybody reads. */
const empty = (builder: Builder) => {
  builder.startObject(0)
  return builder.endObject()
}

export const varHandle: VariableOperator = {
  kind: 'VAR_HANDLE',
  tflite: {
    code: 142,
    options: 111,
    read: () => ({}),
    write(builder, { name }: { name: string }) {
      const container = builder.createString('')
      const shared = builder.createString(name)
      builder.startObject(2)
      builder.addFieldOffset(0, container, 0)
      builder.addFieldOffset(1, shared, 0)
      return builder.endObject()
    },
  },
}

export const readVariable: VariableOperator = {
  kind: 'READ_VARIABLE',
  tflite: { code: 143, options: 112, read: () => ({}), write: empty },
}

export const assignVariable: VariableOperator = {
  kind: 'ASSIGN_VARIABLE',
  tflite: { code: 144, options: 113, read: () => ({}), write: empty },
}

/** Runs another subgraph before the first inference: one that assigns the first values of variables. */
export const callOnce: VariableOperator = {
  kind: 'CALL_ONCE',
  tflite: {
    code: 129,
    options: 103,
    read: () => ({}),
    write(builder, { subgraph }: { subgraph: number }) {
      builder.startObject(1)
      builder.addFieldInt32(0, subgraph, 0)
      return builder.endObject()
    },
  },
}

/** A tensor as a file holds it: a handle of a variable has neither size nor values. */
export type FileTensor = IntTensor | { readonly name: string; readonly handle: true }

export interface FileNode {
  /** An op's kind, or one of the operators above. */
  readonly op: string
  readonly attrs: Attrs
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

/** A subgraph of a file. */
export interface FileSubgraph {
  readonly name: string
  readonly tensors: readonly FileTensor[]
  readonly nodes: readonly FileNode[]
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

/**
 * Returns the subgraphs of a graph's file: the network, with its states as variables that are read first and assigned last; and behind
 * it, where a state does not start at its zero point, one that assigns the first values.
 */
export function subgraphsOf(graph: IntGraph): FileSubgraph[] {
  const { name, inputs, outputs, states = [] } = graph
  const handle = (i: number): FileTensor => ({ name: `state ${i}`, handle: true })
  const first = graph.tensors.length
  const open = (i: number, place: number) => node(varHandle, [], [place], { name: `state ${i}` })
  const started = states.flatMap(({ start }, i) => (start ? [i] : []))
  const network: FileSubgraph = {
    name,
    tensors: [...graph.tensors, ...states.map((_, i) => handle(i))],
    nodes: [
      ...(started.length ? [node(callOnce, [], [], { subgraph: 1 })] : []),
      ...states.flatMap(({ current }, i) => [open(i, first + i), node(readVariable, [first + i], [current])]),
      ...graph.nodes,
      ...states.map(({ next }, i) => node(assignVariable, [first + i, next], [])),
    ],
    inputs,
    outputs,
  }
  if (started.length === 0) return [network]
  const starts: FileSubgraph = {
    name: `${name} start`,
    tensors: started.flatMap(i => [handle(i), { ...graph.tensors[states[i].current], data: states[i].start }]),
    nodes: started.flatMap((i, k) => [open(i, 2 * k), node(assignVariable, [2 * k, 2 * k + 1], [])]),
    inputs: [],
    outputs: [],
  }
  return [network, starts]
}

function node({ kind }: VariableOperator, inputs: readonly number[], outputs: readonly number[], attrs = {}): FileNode {
  return { op: kind, attrs, inputs, outputs }
}

/** The operators above by their kind. */
export const variableOperators: ReadonlyMap<string, VariableOperator> = new Map(
  [varHandle, readVariable, assignVariable, callOnce].map(op => [op.kind, op]),
)
