import { elements, type IntGraph, type State, tensorBytes } from '../ir/graph.ts'
import type { Kernel, KernelTarget } from '../ops/kernel.ts'
import type { PreparedNode } from '../reference/prepare.ts'
import type { CutGraph } from './strips/cut.ts'

/** Where a tensor lies: in the memory of `base` (a tensor; itself, if it has its own). */
export interface Placement {
  readonly base: number
  /** Bytes from the base's first. */
  readonly offset: number
  /** Bytes from one row of the last axis to the next. */
  readonly pitch: number
}

/** A node with the kernel chosen for it; without one its output is its input's bytes. */
export interface ChosenNode {
  readonly prepared: PreparedNode
  readonly kernel?: Kernel
  readonly target: KernelTarget
}

/**
 * Returns the placement of every computed tensor. Where an op only changes the shape, the output lies where its input lies. With
 * `views`, a concatenation's parts are written into it by the nodes that compute them, and a node whose kernel can works in place:
 * both save memory, and the first saves the copy as well. Parts of tensors that a range of strips has lie where the range says.
 */
export function placeTensors(
  { graph, parts, apart, fixed }: Pick<CutGraph, 'graph' | 'parts' | 'apart' | 'fixed'>,
  nodes: readonly ChosenNode[],
  views: boolean,
): Placement[] {
  const placements = graph.tensors.map((tensor, i) => ({
    ...(parts.get(i) ?? { base: i, offset: 0 }),
    pitch: rowBytes(tensor),
  }))
  const shared = new Set(apart)
  graph.nodes.forEach(({ inputs, outputs }, step) => {
    if (!nodes[step].prepared.op.sameBytes) return
    const { base } = placements[inputs[0]]
    placements[outputs[0]] = { base, offset: 0, pitch: rowBytes(graph.tensors[outputs[0]]) }
    shared.add(base)
  })
  for (const state of graph.states ?? []) placeState(graph, nodes, state, placements, shared)
  if (!views) return placements
  // The last first: what a concatenation of a concatenation holds follows its place.
  for (let step = nodes.length - 1; step >= 0; step--) {
    if (graph.nodes[step].op === 'concatenation') placeParts(graph, nodes, step, placements, shared)
  }
  nodes.forEach((_, step) => void placeOver(graph, nodes, step, placements, fixed))
  return placements
}

/** Bytes of one row of the last axis. */
function rowBytes(tensor: IntGraph['tensors'][number]): number {
  return tensorBytes(tensor) / elements(tensor.shape.slice(0, -1))
}

/** The nodes that read a tensor. */
function readers(graph: IntGraph, tensor: number): number[] {
  return graph.nodes.flatMap(({ inputs }, step) => (inputs.includes(tensor) ? [step] : []))
}

/**
 * Lets a node write what a state becomes into the state's own place, where all readers of the old value come before it. Where the state is
 * the front of a concatenation and becomes its end, all three have the concatenation's place: new rows are written behind the old ones,
 * and at the end all move to the front.
 */
function placeState(
  graph: IntGraph,
  nodes: readonly ChosenNode[],
  { current, next }: State,
  placements: Placement[],
  shared: ReadonlySet<number>,
): void {
  const producer = graph.nodes.findIndex(({ outputs }) => outputs.includes(next))
  const own = placements[next].base === next && !shared.has(next) && !shared.has(current)
  if (!own || producer < 0 || readers(graph, current).some(reader => reader >= producer)) return
  if (graph.outputs.includes(current)) return
  const ring = ringOf(graph, nodes, current, producer)
  const whole = ring !== undefined && placements[ring].base === ring && !shared.has(ring) ? ring : current
  for (const tensor of [current, next]) placements[tensor] = { ...placements[tensor], base: whole }
}

/** The concatenation that begins with a state and whose end the node at `last` moves to the front in one piece, as the last that reads it. */
function ringOf(graph: IntGraph, nodes: readonly ChosenNode[], state: number, last: number): number | undefined {
  const { inputs } = graph.nodes[last]
  const [reader, ...others] = readers(graph, state)
  const [ring] = inputs
  const joined = graph.nodes[reader]
  if (others.length || joined?.op !== 'concatenation' || joined.inputs[0] !== state || joined.outputs[0] !== ring)
    return undefined
  const { outer } = nodes[reader].prepared.constants as { outer: number }
  if (outer !== 1 || nodes[last].kernel?.name !== 'move' || graph.outputs.includes(ring)) return undefined
  const { loops } = nodes[last].prepared.constants as { loops: readonly { size: number; from: number; to: number }[] }
  const piece = loops.slice(0, -1).every(({ size }) => size === 1) && loops.at(-1)!.from === 1 && loops.at(-1)!.to === 1
  return piece && readers(graph, ring).every(step => step <= last) ? ring : undefined
}

/** Lets the nodes that compute the parts of a concatenation write them into it, where their kernels and all other readers can. */
function placeParts(
  graph: IntGraph,
  nodes: readonly ChosenNode[],
  step: number,
  placements: Placement[],
  shared: ReadonlySet<number>,
): void {
  const node = graph.nodes[step]
  const [output] = node.outputs
  const whole = placements[output]
  const { outer, pieces } = nodes[step].prepared.constants as { outer: number; pieces: readonly number[] }
  const { bytes } = nodes[step].prepared.element
  const row = bytes * pieces.reduce((a, b) => a + b, 0)
  // Parts that are rows of the last axis lie side by side in each row; else they follow each other as wholes.
  const sideBySide = outer > 1
  if (sideBySide ? row !== rowBytes(graph.tensors[output]) : whole.pitch !== rowBytes(graph.tensors[output])) return
  let offset = 0
  node.inputs.forEach((tensor, k) => {
    const at = offset
    offset += pieces[k] * bytes
    const producer = graph.nodes.findIndex(({ outputs }) => outputs.includes(tensor))
    const own = tensor >= 0 && placements[tensor].base === tensor && !shared.has(tensor)
    if (!own || producer < 0 || graph.outputs.includes(tensor)) return
    if (node.inputs.filter(input => input === tensor).length > 1) return
    if (sideBySide) {
      const others = readers(graph, tensor).filter(reader => reader !== step)
      if (graph.nodes[producer].outputs.length > 1 || !pitchOf(nodes[producer]).output) return
      if (others.some(reader => !pitchOf(nodes[reader]).inputs)) return
    }
    const pitch = sideBySide ? whole.pitch : rowBytes(graph.tensors[tensor])
    placements[tensor] = { base: whole.base, offset: whole.offset + at, pitch }
  })
}

/** What a node's kernel says of rows that do not lie side by side. */
function pitchOf({ kernel, prepared, target }: ChosenNode) {
  return kernel?.pitch?.(prepared.constants, target) ?? {}
}

/** Lets a node's output take the place of an input that nobody needs afterwards, where its kernel allows it. */
function placeOver(
  graph: IntGraph,
  nodes: readonly ChosenNode[],
  step: number,
  placements: Placement[],
  fixed: ReadonlySet<number>,
): void {
  const { kernel, prepared, target } = nodes[step]
  const [output] = graph.nodes[step].outputs
  if (graph.nodes[step].outputs.length !== 1 || placements[output].base !== output) return
  for (const k of kernel?.inPlace?.(prepared.constants, target) ?? []) {
    const input = prepared.dataInputs[k]
    const { base, offset, pitch } = placements[input]
    const members = placements.flatMap((each, i) => (each.base === base ? [i] : []))
    const last = Math.max(...members.flatMap(member => readers(graph, member)))
    const states = graph.states ?? []
    const kept = members.some(
      member => graph.outputs.includes(member) || states.some(s => s.current === member || s.next === member),
    )
    const whole = offset === 0 && pitch === rowBytes(graph.tensors[input])
    const fits = tensorBytes(graph.tensors[output]) <= tensorBytes(graph.tensors[input])
    if (last > step || kept || members.some(member => fixed.has(member)) || !whole || !fits || members.includes(output))
      continue
    placements.forEach((each, i) => {
      if (each.base === output) placements[i] = { ...each, base }
    })
    return
  }
}
