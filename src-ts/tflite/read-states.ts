import type { IntData, IntGraph, IntTensor, Node, State } from '../ir/graph.ts'
import { Draft } from '../passes/draft.ts'
import { brief, type FlatTable } from './flat-file.ts'
import { Operator, SubGraph } from './schema.ts'
import { assignVariable, callOnce, readVariable, varHandle } from './variables.ts'

/** Options of VAR_HANDLE: two strings, which name a variable together. */
const VarHandleOptions = { container: 0, sharedName: 1 } as const
/** Options of CALL_ONCE: the subgraph, int32. */
const INIT_SUBGRAPH = 0

/** A subgraph as it was read: the nodes still hold operators of variables. */
export interface ReadSubgraph {
  readonly table: FlatTable
  readonly tensors: readonly IntTensor[]
  readonly nodes: readonly Node[]
}

/** Returns which subgraphs the nodes call before the first inference. */
export function initSubgraphs({ table, nodes }: ReadSubgraph): number[] {
  return nodes.flatMap((node, i) =>
    node.op === callOnce.kind ? [options(table, i)?.int32(INIT_SUBGRAPH, 0) ?? 0] : [],
  )
}

/**
 * Returns the graph with states in place of variables. A variable that is read after it was assigned, in the same inference, is what was
 * assigned. `starts` are the subgraphs that CALL_ONCE names: they may assign constants and nothing else.
 */
export function readStates(
  { inputs, outputs, name }: Pick<IntGraph, 'inputs' | 'outputs' | 'name'>,
  network: ReadSubgraph,
  starts: readonly ReadSubgraph[],
): IntGraph {
  const { table, tensors } = network
  const variables = new Variables(network)
  const nodes = network.nodes.filter((node, i) => !variables.take(node, i)).map(node => variables.resolved(node))
  const plain = { name, tensors, inputs, outputs: outputs.map(i => variables.now(i)), nodes }
  if (variables.empty) return plain
  const first = new Map(starts.flatMap(startsOf))
  const states = [...variables.read].map(([variable, current]): State => {
    const next = variables.assigned.get(variable) ?? current
    checkSame(table, tensors[current], tensors[next])
    const start = first.get(variable)
    return { current, next, ...(start && { start }) }
  })
  return new Draft<IntTensor>({ ...plain, ...(states.length && { states }) }).finish()
}

/** What becomes of variables while the nodes of a subgraph run. */
class Variables {
  /** Tensors that read a variable's value of the last inference. */
  readonly read = new Map<string, number>()
  /** Tensors that hold its value by now. */
  readonly assigned = new Map<string, number>()
  private readonly subgraph: ReadSubgraph
  private readonly handles = new Map<number, string>()
  private readonly same = new Map<number, number>()

  constructor(subgraph: ReadSubgraph) {
    this.subgraph = subgraph
  }

  get empty(): boolean {
    return this.handles.size === 0
  }

  /** The tensor that holds the same value and is computed by a node, or by none. */
  now(tensor: number): number {
    return this.same.get(tensor) ?? tensor
  }

  resolved(node: Node): Node {
    return { ...node, inputs: node.inputs.map(i => this.now(i)) }
  }

  /** Takes a node that deals with variables. */
  take({ op, inputs, outputs }: Node, index: number): boolean {
    const { table } = this.subgraph
    if (op === varHandle.kind) {
      const own = options(table, index)
      const names = [VarHandleOptions.container, VarHandleOptions.sharedName].map(field => own?.string(field) ?? '')
      this.handles.set(outputs[0], names.join('/'))
    } else if (op === readVariable.kind) {
      const variable = this.variable(inputs[0], index)
      const known = this.assigned.get(variable) ?? this.read.get(variable)
      if (known === undefined) this.read.set(variable, outputs[0])
      else this.same.set(outputs[0], known)
    } else if (op === assignVariable.kind) this.assigned.set(this.variable(inputs[0], index), this.now(inputs[1]))
    else return op === callOnce.kind
    return true
  }

  private variable(handle: number, index: number): string {
    const { table } = this.subgraph
    return (
      this.handles.get(handle) ?? table.file.fail(`node ${index}`, { problem: 'reads or assigns no known variable' })
    )
  }
}

/** The first values of variables: constants that a subgraph assigns. */
function startsOf(subgraph: ReadSubgraph): [string, IntData][] {
  const { table, tensors, nodes } = subgraph
  const variables = new Variables(subgraph)
  const odd = nodes.find((node, i) => !variables.take(node, i))
  if (odd || variables.read.size) {
    const where = table.string(SubGraph.name)
    const hint = 'Export the network without other control flow'
    table.file.fail(`subgraph "${brief(where)}"`, { problem: 'does more at the start than to assign constants', hint })
  }
  return [...variables.assigned].map(([variable, tensor]) => {
    const data = tensors[tensor]?.data
    if (!data) table.file.fail(`tensor ${tensor}`, { problem: 'is the first value of a variable, and no constant' })
    return [variable, data!]
  })
}

function checkSame({ file }: FlatTable, current: IntTensor | undefined, next: IntTensor | undefined): void {
  const form = (tensor: IntTensor | undefined) =>
    tensor &&
    `${tensor.type} [${tensor.shape}], scale ${tensor.quantization?.scale}, zero point ${tensor.quantization?.zeroPoint}`
  if (current && next && form(current) === form(next)) return
  const where = `tensor "${brief(current?.name ?? '')}"`
  file.fail(where, {
    problem: 'reads another form than its variable is assigned',
    got: form(current),
    expected: form(next),
  })
}

function options(subgraph: FlatTable, node: number): FlatTable | undefined {
  return subgraph.tables(SubGraph.operators, 'node').at(node).table(Operator.builtinOptions)
}
