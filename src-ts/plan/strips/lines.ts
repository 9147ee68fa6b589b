import { type IntGraph, tensorBytes } from '../../ir/graph.ts'
import type { PreparedNode } from '../../reference/prepare.ts'
import { type RowMotion, rowMotion, type StripAxis, stripAxis } from './motion.ts'

/** Nodes that are computed strip by strip, and how. */
export interface StripRange {
  /** The first and the last node, both included. */
  readonly first: number
  readonly last: number
  /** Rows of a strip, in the tensor that has the fewest. */
  readonly rows: number
  /** Whether the output takes the place of the input, where it can. */
  readonly over: boolean
}

/** A tensor of a range: memory holds `past` + `fresh` of its rows. In strip i the fresh ones are those from `ahead` + i · `fresh` on. */
export interface Line {
  readonly tensor: number
  /** Rows of the whole tensor, and bytes of one. */
  readonly rows: number
  readonly rowBytes: number
  readonly fresh: number
  readonly ahead: number
  /** Rows before the fresh ones that are kept from the strips before. */
  readonly past: number
  /** Byte that stands for rows beyond the tensor, where a node reads such. */
  readonly outside?: number
  /** Whether a node of the range computes it; else it stands in memory before. */
  readonly computed: boolean
  /** Whether it is needed after the range. */
  readonly kept: boolean
}

/** What is known of a range: its lines by tensor, and the numbers of the first strip and of the one after the last. */
export interface Strips {
  readonly range: StripRange
  readonly axis: StripAxis
  readonly motions: ReadonlyMap<number, RowMotion>
  readonly lines: ReadonlyMap<number, Line>
  readonly begin: number
  readonly end: number
}

/** Returns what the strips of a range look like; undefined where the range cannot be computed so. */
export function stripsOf(graph: IntGraph, prepared: readonly PreparedNode[], range: StripRange): Strips | undefined {
  const axis = stripAxis(graph.tensors[graph.nodes[range.first].outputs[0]].shape)
  if (!axis) return undefined
  const motions = new Map<number, RowMotion>()
  for (let step = range.first; step <= range.last; step++) {
    const motion = rowMotion(graph, step, prepared[step], axis)
    if (!motion) return undefined
    motions.set(step, motion)
  }
  const scales = scalesOf(graph, range, motions)
  if (!scales) return undefined
  const unit = range.rows * [...scales.values()].reduce((a, b) => (a * b) / gcd(a, b))
  const lines = new Map<number, Line>()
  // Readers come after what they read: the last tensors first.
  for (const tensor of [...scales.keys()].toSorted((a, b) => producer(graph, b) - producer(graph, a))) {
    const line = lineOf(graph, range, motions, lines, axis, tensor, unit / scales.get(tensor)!)
    if (!line) return undefined
    lines.set(tensor, line)
  }
  const somethingKept = [...lines.values()].some(({ kept }) => kept)
  return somethingKept ? { range, axis, motions, lines, ...stripNumbers(motions, lines) } : undefined
}

/** The node that computes a tensor; −1 for inputs. */
function producer(graph: IntGraph, tensor: number): number {
  return graph.nodes.findIndex(({ outputs }) => outputs.includes(tensor))
}

/** Rows of the first input in one row of each tensor; undefined where nodes hang together by no tensor, or by tensors out of step. */
function scalesOf(graph: IntGraph, { first }: StripRange, motions: ReadonlyMap<number, RowMotion>) {
  const scales = new Map([[motions.get(first)!.moving[0], 1]])
  for (const [step, { stride, moving }] of motions) {
    const scale = moving.map(tensor => scales.get(tensor)).find(each => each !== undefined)
    if (scale === undefined) return undefined
    for (const tensor of moving) {
      if ((scales.get(tensor) ?? scale) !== scale) return undefined
      scales.set(tensor, scale)
    }
    scales.set(graph.nodes[step].outputs[0], scale * stride)
  }
  return scales
}

/** The line of a tensor whose readers' lines are known; undefined where they see different things beyond its border, or what no byte can be. */
function lineOf(
  graph: IntGraph,
  { first, last }: StripRange,
  motions: ReadonlyMap<number, RowMotion>,
  lines: ReadonlyMap<number, Line>,
  axis: StripAxis,
  tensor: number,
  fresh: number,
): Line | undefined {
  const rows = graph.tensors[tensor].shape[axis]
  const inside = [...motions].filter(([, { moving }]) => moving.includes(tensor))
  const reads = inside.map(([step, motion]) => ({ motion, to: lines.get(graph.nodes[step].outputs[0])! }))
  const ahead = Math.max(...reads.map(({ motion, to }) => lastRow(motion, to.ahead) - motion.stride + 1))
  const least = Math.min(...reads.map(({ motion, to }) => to.ahead * motion.stride - motion.before))
  const beyond = reads
    .filter(({ motion, to }) => motion.before > 0 || lastRow(motion, to.rows - 1) >= rows)
    .map(({ motion }) => motion.outside)
  if (new Set(beyond).size > 1 || beyond.includes(undefined)) return undefined
  const by = producer(graph, tensor)
  const readers = graph.nodes.flatMap(({ inputs }, step) => (inputs.includes(tensor) ? [step] : []))
  const computed = by >= first
  return {
    tensor,
    rows,
    rowBytes: tensorBytes(graph.tensors[tensor]) / rows,
    fresh,
    ahead: reads.length ? ahead : 0,
    past: reads.length ? Math.max(0, ahead - least) : 0,
    ...(beyond.length && { outside: beyond[0] }),
    computed,
    kept: computed && (readers.some(step => step > last) || graph.outputs.includes(tensor)),
  }
}

/** The last row that row i of an output reads. */
function lastRow({ stride, before, taps, dilation }: RowMotion, i: number): number {
  return i * stride - before + (taps - 1) * dilation
}

/** The strips that it takes: before strip 0 those that compute what it finds in memory, also rows beyond the border. */
function stripNumbers(motions: ReadonlyMap<number, RowMotion>, lines: ReadonlyMap<number, Line>) {
  let [begin, end] = [0, 0]
  for (const { tensor, ahead, fresh, rows, kept } of lines.values()) {
    const befores = [...motions.values()].filter(({ moving }) => moving.includes(tensor)).map(({ before }) => before)
    begin = Math.min(begin, Math.floor((-Math.max(0, ...befores) - ahead) / fresh))
    if (kept) end = Math.max(end, Math.ceil((rows - ahead) / fresh))
  }
  return { begin, end }
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}
