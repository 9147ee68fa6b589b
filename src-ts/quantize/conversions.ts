import { HolterError } from '../errors.ts'
import type { ActivationType, FloatGraph, FloatTensor, Node } from '../ir/graph.ts'
import { opByKind } from '../ops/index.ts'
import { quantize } from '../ops/quantize.ts'
import type { Scheme } from './scheme.ts'

/** A graph in which every node reads and writes one type. */
export interface Converted {
  readonly graph: FloatGraph
  /** Type of each tensor; of constants it says nothing. */
  readonly types: readonly ActivationType[]
  /** The tensor that each conversion reads, by the one that it writes. */
  readonly sources: ReadonlyMap<number, number>
}

/**
 * Returns the graph with a QUANTIZE wherever a node reads a tensor of another type than its own; readers of one type share it. Tensors keep
 * their numbers, new ones come last. Throws HolterError where TFLM has no kernel of the type.
 */
export function withConversions(graph: FloatGraph, scheme: Scheme): Converted {
  const tensors: FloatTensor[] = [...graph.tensors]
  const types = graph.tensors.map(tensor => (tensor.data ? 'int8' : scheme.activation(tensor)))
  const sources = new Map<number, number>()
  const nodes: Node[] = []
  const converted = new Map<number, number>()
  const convert = (index: number, type: ActivationType) => {
    const known = converted.get(index)
    if (known !== undefined) return known
    const { name, shape } = tensors[index]
    const output = tensors.push({ name: `${name} as ${type}`, shape }) - 1
    types[output] = type
    converted.set(index, output)
    sources.set(output, index)
    nodes.push({ name: tensors[output].name, op: quantize.kind, attrs: {}, inputs: [index], outputs: [output] })
    return output
  }
  for (const node of graph.nodes) {
    const type = types[node.outputs[0]]
    for (const output of node.outputs) types[output] = type
    if (type === 'int16') requireInt16(node)
    const inputs = node.inputs.map(i => (i < 0 || tensors[i].data || types[i] === type ? i : convert(i, type)))
    nodes.push({ ...node, inputs })
  }
  return sources.size ? { graph: { ...graph, tensors, nodes }, types, sources } : { graph, types, sources }
}

function requireInt16({ name, op }: Node): void {
  if (opByKind(op).inputTypes?.includes('int16')) return
  const problem = `${op} cannot compute in int16`
  const hint = 'docs/operators.md lists the operators that can'
  throw new HolterError({ stage: 'quantize', where: name, problem, hint })
}
