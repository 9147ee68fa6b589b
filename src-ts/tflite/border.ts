import type { IntTensor } from '../ir/graph.ts'
import type { FileNode } from './read-nodes.ts'
import { borderCode } from './schema.ts'

export interface FileNetwork {
  readonly tensors: readonly IntTensor[]
  readonly nodes: readonly FileNode[]
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

/**
 * Returns the network without the QUANTIZE and DEQUANTIZE nodes that give an integer network float32 (or uint8) inputs and outputs:
 * it starts and ends at the int8 or int16 tensors behind them. `warn` is told of each.
 * A uint8 border is dropped only where q8 = u8 − 128 exactly: the same scale and zero points 128 apart.
 */
export function dropBorders(network: FileNetwork, warn: (fact: string) => void): FileNetwork {
  const { tensors, nodes } = network
  const { readers, producer } = connections(nodes)
  const outputs = new Set(network.outputs)
  const dropped = new Set<FileNode>()
  /** Inner tensor that stands for an outer one. */
  const inside = new Map<number, number>()

  for (const [i, index] of network.inputs.entries()) {
    const [node, ...others] = readers.get(index) ?? []
    if (!node || others.length || outputs.has(index) || dropped.has(node)) continue
    if (!isUnary(node, [borderCode.quantize]) || !matches(tensors[index], tensors[node.outputs[0]])) continue
    dropped.add(node)
    inside.set(index, node.outputs[0])
    warn(
      `input ${i} is ${tensors[index].type} in the file: the network starts at the ${tensors[node.outputs[0]].type} tensor behind it`,
    )
  }
  for (const [i, index] of network.outputs.entries()) {
    const node = producer.get(index)
    if (!node || readers.has(index) || dropped.has(node)) continue
    // A float32 output comes from DEQUANTIZE, a uint8 output from QUANTIZE.
    if (!isUnary(node, [borderCode.dequantize, borderCode.quantize])) continue
    if (!matches(tensors[index], tensors[node.inputs[0]])) continue
    dropped.add(node)
    inside.set(index, node.inputs[0])
    warn(
      `output ${i} is ${tensors[index].type} in the file: the network ends at the ${tensors[node.inputs[0]].type} tensor before it`,
    )
  }
  if (dropped.size === 0) return network
  const moved = (index: number) => inside.get(index) ?? index
  return withoutTensors(inside, {
    tensors,
    nodes: nodes.filter(node => !dropped.has(node)),
    inputs: network.inputs.map(moved),
    outputs: network.outputs.map(moved),
  })
}

function connections(nodes: readonly FileNode[]) {
  const readers = new Map<number, FileNode[]>()
  const producer = new Map<number, FileNode>()
  for (const node of nodes) {
    for (const index of node.outputs) producer.set(index, node)
    for (const index of node.inputs) {
      const list = readers.get(index)
      if (list) list.push(node)
      else readers.set(index, [node])
    }
  }
  return { readers, producer }
}

function isUnary(node: FileNode, codes: readonly number[]): boolean {
  return codes.includes(node.code) && node.inputs.length === 1 && node.outputs.length === 1
}

/** Whether `inner` holds the same values as the border's `outer`, as int8 or int16. */
function matches(outer: IntTensor | undefined, inner: IntTensor | undefined): boolean {
  if (!outer || !inner || outer.data || inner.data || !(inner.type === 'int8' || inner.type === 'int16')) return false
  if (outer.shape.join() !== inner.shape.join()) return false
  if (outer.type === 'float32') return true
  const [a, b] = [outer.quantization, inner.quantization]
  return (
    outer.type === 'uint8' &&
    inner.type === 'int8' &&
    !!a &&
    !!b &&
    a.scale[0] === b.scale[0] &&
    a.zeroPoint[0] === b.zeroPoint[0] + 128
  )
}

/** Removes the tensors that are keys of `gone` and renumbers the rest. */
function withoutTensors(gone: ReadonlyMap<number, number>, network: FileNetwork): FileNetwork {
  const places = new Map<number, number>([[-1, -1]])
  const tensors = network.tensors.filter((_, i) => {
    if (!gone.has(i)) places.set(i, places.size - 1)
    return !gone.has(i)
  })
  // An index that does not exist stays as it is: the graph's verifier names it.
  const renumber = (indices: readonly number[]) => indices.map(i => places.get(i) ?? i)
  return {
    tensors,
    nodes: network.nodes.map(node => ({ ...node, inputs: renumber(node.inputs), outputs: renumber(node.outputs) })),
    inputs: renumber(network.inputs),
    outputs: renumber(network.outputs),
  }
}
