import { HolterError, type Stage } from '../errors.ts'
import { type AnyTensor, elements, type Graph } from './graph.ts'

/**
 * Throws HolterError unless a graph is well formed: shapes are positive integers, constants fill their shapes, every index exists,
 * every tensor has one producer, every state has what it becomes, and nodes are in an order in which they can run.
 * `where` names the file or the pass that made the graph.
 */
export function verifyGraph(graph: Graph<AnyTensor>, stage: Stage, where: string): void {
  const fail = (problem: string): never => {
    throw new HolterError({ stage, where, problem })
  }
  const name = (index: number) =>
    `tensor ${index}${graph.tensors[index] ? ` "${shorten(graph.tensors[index].name)}"` : ''}`
  const exists = (index: number) => Number.isInteger(index) && index >= 0 && index < graph.tensors.length
  const constant = (index: number) => graph.tensors[index].data !== undefined

  for (const [i, { shape, data }] of graph.tensors.entries()) {
    if (!shape.every(n => Number.isInteger(n) && n >= 1)) fail(`${name(i)} has an impossible shape [${shape}]`)
    if (data && data.length !== elements(shape)) fail(`${name(i)} has ${data.length} values for shape [${shape}]`)
  }
  if (graph.inputs.length === 0 || graph.outputs.length === 0) fail('the network has no input or no output')

  const known = new Set<number>()
  for (const index of graph.inputs) {
    if (!exists(index)) fail(`input ${name(index)} does not exist`)
    if (constant(index)) fail(`input ${name(index)} is a constant`)
    if (known.has(index)) fail(`input ${name(index)} is listed twice`)
    known.add(index)
  }
  const states = graph.states ?? []
  for (const { current } of states) {
    if (!exists(current)) fail(`state ${name(current)} does not exist`)
    if (constant(current)) fail(`state ${name(current)} is a constant`)
    if (known.has(current)) fail(`state ${name(current)} is an input, or a state twice`)
    known.add(current)
  }
  for (const node of graph.nodes) {
    const place = `node "${shorten(node.name)}"`
    for (const index of node.inputs) {
      if (index === -1) continue
      if (!exists(index)) fail(`${place} reads ${name(index)}, which does not exist`)
      if (!constant(index) && !known.has(index)) fail(`${place} reads ${name(index)} before it is computed`)
    }
    if (node.outputs.length === 0) fail(`${place} has no output`)
    for (const index of node.outputs) {
      if (!exists(index)) fail(`${place} writes ${name(index)}, which does not exist`)
      if (constant(index)) fail(`${place} writes ${name(index)}, which is a constant`)
      if (known.has(index)) fail(`${place} writes ${name(index)}, which is computed already`)
      known.add(index)
    }
  }
  for (const index of graph.outputs) {
    if (!exists(index)) fail(`output ${name(index)} does not exist`)
    if (!known.has(index)) fail(`output ${name(index)} is not computed by any node`)
  }
  for (const { current, next, start } of states) {
    const other = next !== current && states.some(state => state.current === next)
    if (!exists(next) || !known.has(next) || other)
      fail(`state ${name(current)} becomes ${name(next)}, which is not computed`)
    const [shape, after] = [current, next].map(index => graph.tensors[index].shape.join())
    if (shape !== after) fail(`state ${name(current)} of shape [${shape}] becomes ${name(next)} of shape [${after}]`)
    const size = elements(graph.tensors[current].shape)
    if (start && start.length !== size) fail(`state ${name(current)} starts with ${start.length} values for ${size}`)
  }
}

/** Names in foreign files can be as long as the file. */
function shorten(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name
}
