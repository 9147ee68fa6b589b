import type { IntGraph, IntTensor, Node } from '../../ir/graph.ts'
import { opByKind } from '../../ops/index.ts'
import type { Window } from '../../ops/parts/window.ts'
import type { PreparedNode } from '../../reference/prepare.ts'
import type { Line, Strips } from './lines.ts'
import type { StripAxis } from './motion.ts'

/** A part of a tensor's memory, as a tensor of its own. */
export interface Part {
  readonly base: number
  /** Bytes from the base's first. */
  readonly offset: number
}

/** Steps during which a tensor keeps its place. */
export interface Span {
  readonly tensor: number
  readonly first: number
  readonly last: number
}

/** Copies of rows: `tensor` is the whole one, `part` what memory holds of it. */
export interface RowCopy {
  readonly line: Line
  readonly tensor: number
  readonly part: number
}

/** What a strip does beside its nodes. */
export interface StripWork {
  readonly strips: Strips
  /** The first and the last strip that have rows of each node's output. */
  readonly runs: ReadonlyMap<number, readonly [number, number]>
  /** Before the first node: fresh rows of what was computed before. */
  readonly takes: readonly RowCopy[]
  /** After the node that computes them: rows beyond the border get their byte, and rows that are needed later go to their place. */
  readonly fills: ReadonlyMap<number, RowCopy>
  readonly gives: ReadonlyMap<number, RowCopy>
  /** After the last node: the last rows move to the front. `part` is all that memory holds. */
  readonly slides: readonly RowCopy[]
}

/** A graph whose nodes in ranges compute one strip. Tensors keep their numbers; parts of them are added behind. */
export interface CutGraph {
  readonly graph: IntGraph
  readonly prepared: readonly PreparedNode[]
  readonly parts: ReadonlyMap<number, Part>
  readonly spans: readonly Span[]
  /** Tensors that are no parts of concatenations. */
  readonly apart: ReadonlySet<number>
  /** Tensors that no node may be written over: the next strip needs them. */
  readonly fixed: ReadonlySet<number>
  readonly work: readonly StripWork[]
}

/** Prepares a node of a strip; several cuts of the same network ask for the same ones. */
export type Prepare = (
  step: number,
  axis: StripAxis,
  inputs: readonly (IntTensor | undefined)[],
  output: IntTensor,
) => PreparedNode

/** Returns a graph without strips. */
export function wholeGraph(graph: IntGraph, prepared: readonly PreparedNode[]): CutGraph {
  return { graph, prepared, parts: new Map(), spans: [], apart: new Set(), fixed: new Set(), work: [] }
}

/** Returns a graph cut into the strips of ranges that do not overlap. */
export function cutGraph(
  graph: IntGraph,
  prepared: readonly PreparedNode[],
  ranges: readonly Strips[],
  prepare: Prepare,
): CutGraph {
  const cut = {
    tensors: [...graph.tensors],
    nodes: [...graph.nodes],
    prepared: [...prepared],
    parts: new Map<number, Part>(),
    spans: [] as Span[],
    apart: new Set<number>(),
    fixed: new Set<number>(),
  }
  const work = ranges.map(strips => cutRange(graph, strips, cut, prepare))
  const { tensors, nodes, ...rest } = cut
  return { ...rest, graph: { ...graph, tensors, nodes }, work }
}

interface Cut {
  readonly tensors: IntTensor[]
  readonly nodes: Node[]
  readonly prepared: PreparedNode[]
  readonly parts: Map<number, Part>
  readonly spans: Span[]
  readonly apart: Set<number>
  readonly fixed: Set<number>
}

function cutRange(graph: IntGraph, strips: Strips, cut: Cut, prepare: Prepare): StripWork {
  const held = holdLines(graph, strips, cut)
  const { range, axis, motions, lines } = strips
  const work = {
    runs: new Map<number, readonly [number, number]>(),
    takes: [] as RowCopy[],
    fills: new Map<number, RowCopy>(),
    gives: new Map<number, RowCopy>(),
  }
  for (const line of lines.values()) {
    if (line.computed) continue
    work.takes.push({ line, tensor: line.tensor, part: partOf(line, line.past, line.fresh) })
  }
  for (const [step, motion] of motions) {
    const { stride, before, taps, dilation, moving } = motion
    const node = graph.nodes[step]
    const to = lines.get(node.outputs[0])!
    const output = partOf(to, to.past, to.fresh)
    const inputs = node.inputs.map(tensor => {
      if (!moving.includes(tensor)) return tensor
      const line = lines.get(tensor)!
      const first = to.ahead * stride - before - (line.ahead - line.past)
      return partOf(line, first, (to.fresh - 1) * stride + (taps - 1) * dilation + 1)
    })
    const tensors = inputs.map(i => (i < 0 ? undefined : cut.tensors[i]))
    const dataInputs = inputs.filter(i => i >= 0 && !cut.tensors[i].data)
    cut.nodes[step] = { ...node, inputs, outputs: [output] }
    cut.prepared[step] = { ...prepare(step, axis, tensors, cut.tensors[output]), dataInputs }
    const { ahead, fresh, rows } = to
    work.runs.set(step, [Math.floor(-ahead / fresh), Math.floor((rows - 1 - ahead) / fresh)])
    const copy = { line: to, tensor: to.tensor, part: output }
    if (to.outside !== undefined) work.fills.set(step, copy)
    if (to.kept) work.gives.set(step, copy)
  }
  if (range.over) placeOutputOver(graph, strips, cut)
  const remembered = [...lines.values()].filter(({ past }) => past > 0)
  const slides = remembered.map(line => ({ line, tensor: line.tensor, part: held.get(line.tensor)! }))
  return { strips, ...work, slides }

  /** So many rows of what memory holds of a tensor, as a tensor; all of it is its own. */
  function partOf(line: Line, from: number, count: number): number {
    const base = held.get(line.tensor)!
    if (from === 0 && count === line.past + line.fresh) return base
    const part = cut.tensors.push(withRows(graph.tensors[line.tensor], axis, count, `rows ${from}`)) - 1
    cut.parts.set(part, { base, offset: from * line.rowBytes })
    // Other parts of it are still needed, in this strip or in the next.
    cut.apart.add(base)
    cut.fixed.add(base)
    return part
  }
}

/** Adds a tensor of what memory holds of each line, and says how long it and the whole ones live. Returns them by the whole tensors. */
function holdLines(graph: IntGraph, { range, axis, lines }: Strips, cut: Cut): Map<number, number> {
  const { first, last } = range
  const held = new Map<number, number>()
  for (const { tensor, past, fresh, kept, computed, outside } of lines.values()) {
    const whole = cut.tensors.push(withRows(graph.tensors[tensor], axis, past + fresh, 'in strips')) - 1
    held.set(tensor, whole)
    cut.apart.add(tensor)
    // Copies want rows that lie side by side.
    if (kept || outside !== undefined) cut.apart.add(whole)
    if (!computed) cut.fixed.add(tensor)
    if (kept || !computed) cut.spans.push({ tensor, first, last })
    if (past || !computed) cut.spans.push({ tensor: whole, first, last: past ? last : first })
  }
  return held
}

function withRows(tensor: IntTensor, axis: StripAxis, rows: number, what: string): IntTensor {
  return { ...tensor, name: `${tensor.name} ${what}`, shape: tensor.shape.with(axis, rows) }
}

/** Lets the only output of a range take the place of its only input, where every row is read before its place is written and nobody else needs it. */
function placeOutputOver(graph: IntGraph, { range, lines, begin, end }: Strips, { parts }: Cut): void {
  const all = [...lines.values()]
  const [x, ...inputs] = all.filter(({ computed }) => !computed)
  const [y, ...outputs] = all.filter(({ kept }) => kept)
  if (inputs.length || outputs.length) return
  const needed = graph.nodes.some(
    (node, step) =>
      (node.inputs.includes(x.tensor) && (step < range.first || step > range.last)) ||
      (node.outputs.includes(x.tensor) && opByKind(node.op).sameBytes),
  )
  if (needed || graph.outputs.includes(x.tensor)) return
  const bytesAfter = (line: Line, strips: number) =>
    line.rowBytes * Math.max(0, Math.min(line.rows, line.ahead + strips * line.fresh))
  for (let strips = begin + 1; strips <= end; strips++) if (bytesAfter(y, strips) > bytesAfter(x, strips)) return
  parts.set(y.tensor, { base: x.tensor, offset: 0 })
}

/**
 * Returns a function that prepares nodes for strips: the whole node's window with the rows of a strip and no border along them. Equal strips
 * of a node are prepared once.
 */
export function stripPreparer(prepared: readonly PreparedNode[]): Prepare {
  const known = new Map<string, PreparedNode>()
  return (step, axis, inputs, output) => {
    const key = [step, output.shape, ...inputs.map(input => input?.shape)].join(' ')
    const { op, view, constants, ...node } = prepared[step]
    const made = known.get(key) ?? stripNode()
    known.set(key, made)
    return made

    function stripNode(): PreparedNode {
      const strip = { ...view, inputs, outputs: [output] }
      const own = op.prepare(strip) as { window?: Window }
      if (!own.window) return { ...node, op, view: strip, constants: own }
      const rows = inputs[0]!.shape[axis]
      const along =
        axis === 1 ? { inH: rows, outH: output.shape[1], padTop: 0 } : { inW: rows, outW: output.shape[2], padLeft: 0 }
      const { window } = constants as { window: Window }
      return { ...node, op, view: strip, constants: { ...own, window: { ...window, ...along } } }
    }
  }
}
