import { HolterError } from '../../errors.ts'
import type { IntGraph } from '../../ir/graph.ts'
import type { Motion } from './motion.ts'
import { rowsOf } from './motion.ts'
import type { Timelines } from './timeline.ts'

/**
 * The rows of a tensor that a hop holds. They are counted in steps of its grid, from the window's first row on: all that some window of
 * the stream will ask for. Rows `fresh` to `last` are new, those before are remembered.
 */
export interface Rows {
  readonly first: number
  readonly fresh: number
  readonly last: number
  /** Rows of the grid from one row of a window to the next: above 1 where windows of several phases take turns. */
  readonly spacing: number
}

/** Rows of a grid, first and last. */
export type Span = readonly [number, number]

/** What a hop does: rows of each tensor that has time and is needed. */
export interface HopPlan {
  readonly rows: ReadonlyMap<number, Rows>
  /** Rows of the input that a node needs for rows of its output. */
  reach(motion: Motion, input: number, output: number, rows: Span): Span
  /** Steps of the input's grid in one of the output's. */
  stepOf(input: number, output: number, motion: Motion): number
  /** Rows of a tensor's grid that are the rows of the window. */
  windowOf(tensor: number): Span
}

/** Returns which rows of each tensor a hop of so many input rows computes and remembers; without a hop all rows of one window. */
export function planHop(graph: IntGraph, { of, motions }: Timelines, hop?: number): HopPlan {
  const grid = (tensor: number) => (hop === undefined ? of.get(tensor)!.stride : gcd(hop, of.get(tensor)!.stride))
  const spacing = (tensor: number) => of.get(tensor)!.stride / grid(tensor)
  const news = (tensor: number) => (hop === undefined ? Infinity : hop / grid(tensor))
  const windowOf = (tensor: number): Span => {
    const { first, last } = of.get(tensor)!
    return [first * spacing(tensor), last * spacing(tensor)]
  }
  const stepOf = (input: number, output: number, { step }: Motion) =>
    hop === undefined ? step : grid(output) / grid(input)
  const reach = (motion: Motion, input: number, output: number, [low, high]: Span): Span => {
    const space = spacing(input)
    const step = stepOf(input, output, motion)
    const from = motion.from * space
    const more = motion.kind === 'pool' ? poolRows((high - low) * step + 1, space, motion) : (high - low) * step + 1
    const last = high * step + from
    return [last - more + 1, last + (motion.taps - 1) * motion.dilation * space]
  }

  const asked = new Map<number, Span>()
  const ask = (tensor: number, [low, high]: Span) => {
    const [first, last] = asked.get(tensor) ?? [low, high]
    asked.set(tensor, [Math.min(first, low), Math.max(last, high)])
  }
  const rows = new Map<number, Rows>()
  for (const output of graph.outputs) if (of.has(output)) ask(output, newest(output))
  for (const node of graph.nodes.toReversed()) {
    const motion = motions.get(node)
    const inputs = [...new Set(node.inputs)].filter(i => of.has(i))
    if (!motion) for (const input of inputs) ask(input, windowOf(input))
    else if (asked.has(node.outputs[0])) {
      const [output] = node.outputs
      const [first, last] = asked.get(output)!
      const fresh = Math.max(first, last - news(output) + 1)
      rows.set(output, { first, fresh, last, spacing: spacing(output) })
      for (const input of inputs) ask(input, reach(motion, input, output, [fresh, last]))
    }
  }
  // All that arrives is new, also where nobody asks for it yet.
  const [stream] = graph.inputs
  const last = rowsOf(graph.tensors[stream].shape)! - 1
  const fresh = hop === undefined ? 0 : last - hop + 1
  const [first] = asked.get(stream) ?? [fresh]
  rows.set(stream, { first: Math.min(first, fresh), fresh, last, spacing: 1 })
  return { rows, reach, stepOf, windowOf }

  /** The rows of an output that has time that a hop adds. */
  function newest(output: number): Span {
    const [first, last] = windowOf(output)
    if (spacing(output) === 1) return [Math.max(first, last - news(output) + 1), last]
    const { name } = graph.tensors[output]
    throw new HolterError({
      stage: 'passes',
      where: `${graph.name}, output "${name}"`,
      problem: 'a hop does not add whole rows to it',
      got: `a hop of ${hop}`,
      expected: `a multiple of ${of.get(output)!.stride}`,
    })
  }
}

/** Rows from the first to the last one that a pool begins at: pools know no dilation, so phases lie side by side, all of one length. */
export function poolRows(count: number, spacing: number, { taps }: Motion): number {
  return taps > 1 ? Math.ceil(count / spacing) * spacing : count
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}
