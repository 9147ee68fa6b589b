import { tensorBytes } from '../ir/graph.ts'
import type { Placement } from './placement.ts'
import type { CutGraph } from './strips/cut.ts'

/** Bytes that must stay in place from step `first` to step `last`, both included. Steps are node indices; inputs start at −1. */
export interface Buffer {
  readonly name: string
  readonly bytes: number
  readonly first: number
  readonly last: number
}

/** Which buffer each computed tensor lies in, and the scratch of each node. */
export interface Buffers {
  readonly buffers: readonly Buffer[]
  /** Buffer of each tensor of the graph; −1 for constants. */
  readonly ofTensor: readonly number[]
  /** Buffer of each node's scratch; −1 where it needs none. */
  readonly ofScratch: readonly number[]
}

/**
 * Returns the buffers of a graph whose tensors lie in the memory of others as `placements` say and whose nodes need `scratchBytes`.
 * Tensors with a span live that long at least.
 */
export function buffersOf(
  { graph, spans }: Pick<CutGraph, 'graph' | 'spans'>,
  placements: readonly Placement[],
  scratchBytes: readonly number[],
): Buffers {
  const buffers: { name: string; bytes: number; first: number; last: number }[] = []
  const ofTensor = graph.tensors.map(() => -1)
  const start = (tensor: number, step: number) => {
    const { base } = placements[tensor]
    if (ofTensor[base] < 0) {
      const bytes = tensorBytes(graph.tensors[base])
      ofTensor[base] = buffers.push({ name: graph.tensors[base].name, bytes, first: step, last: step }) - 1
    }
    ofTensor[tensor] = ofTensor[base]
    buffers[ofTensor[tensor]].last = step
  }
  const states = graph.states ?? []
  for (const tensor of [...graph.inputs, ...states.map(({ current }) => current)]) start(tensor, -1)
  const ofScratch = graph.nodes.map((node, step) => {
    for (const { tensor, first } of spans) if (first === step) start(tensor, step)
    for (const tensor of node.inputs) {
      // A part of a tensor has no node that computes it.
      const buffer = tensor >= 0 ? ofTensor[placements[tensor].base] : -1
      if (buffer >= 0) buffers[buffer].last = step
    }
    for (const tensor of node.outputs) start(tensor, step)
    const bytes = scratchBytes[step]
    return bytes ? buffers.push({ name: `${node.name} scratch`, bytes, first: step, last: step }) - 1 : -1
  })
  for (const { tensor, last } of spans) {
    const buffer = buffers[ofTensor[tensor]]
    buffer.last = Math.max(buffer.last, last)
  }
  // States are never overwritten by others, and what they become is kept until it is in their place.
  const kept = [...graph.outputs, ...states.flatMap(({ current, next }) => [current, next])]
  for (const tensor of kept) buffers[ofTensor[tensor]].last = graph.nodes.length
  return { buffers, ofTensor, ofScratch }
}
