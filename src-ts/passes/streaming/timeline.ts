import { HolterError } from '../../errors.ts'
import type { IntGraph, Node } from '../../ir/graph.ts'
import { mean } from '../../ops/mean.ts'
import { reduceMax } from '../../ops/reduce-max.ts'
import { type Motion, motionOf, rowsOf } from './motion.ts'

/** Rows of a tensor in a window, along time. */
export interface Timeline {
  /** Rows of the network's input from one row to the next. */
  readonly stride: number
  /** The first and the last row of the window that see no border. */
  readonly first: number
  readonly last: number
}

/** What a network does along time. */
export interface Timelines {
  /** By tensor; none of tensors that have no time: what follows from a whole window, constants. */
  readonly of: ReadonlyMap<number, Timeline>
  /** Of the nodes that keep step with their inputs. */
  readonly motions: ReadonlyMap<Node, Motion>
}

/**
 * Returns what a network does along time, from its first input [1, 1, rows, channels] or [1, rows, channels] on. Throws HolterError
 * naming the node where rows see a border, unless `causal` leaves these rows out.
 */
export function timelinesOf(graph: IntGraph, causal: boolean): Timelines {
  const of = new Map<number, Timeline>()
  const motions = new Map<Node, Motion>()
  const refuse = (node: Node | undefined, problem: string, hint?: string): never => {
    const where = node ? `${graph.name}, node "${node.name}"` : graph.name
    throw new HolterError({ stage: 'passes', where, problem, ...(hint && { hint }) })
  }
  const length = (tensor: number) => rowsOf(graph.tensors[tensor].shape)!
  const [input] = graph.inputs
  if (graph.states?.length) refuse(undefined, 'it is a stream already')
  if (!(rowsOf(graph.tensors[input].shape)! > 1)) {
    refuse(
      undefined,
      `the first input [${graph.tensors[input].shape}] has no time axis: it must be [1, 1, rows, channels]`,
    )
  }
  of.set(input, { stride: 1, first: 0, last: length(input) - 1 })
  for (const node of graph.nodes) {
    const read = node.inputs.flatMap(i => of.get(i) ?? [])
    if (read.length === 0) continue
    const motion = motionOf(graph, node, i => of.has(i))
    if (!motion || read.some(each => each.stride !== read[0].stride)) {
      for (const i of node.inputs) checkWhole(node, i)
      continue
    }
    const { step, from, taps, dilation } = motion
    const rows = length(node.outputs[0])
    const [low, high] = [Math.max(...read.map(x => x.first)), Math.min(...read.map(x => x.last))]
    const first = Math.max(0, Math.ceil((low - from) / step))
    const last = Math.min(rows - 1, Math.floor((high - from - (taps - 1) * dilation) / step))
    if (!causal && (first > 0 || last < rows - 1)) {
      const hint = 'Train it without padding, as gap-cnn-causal, or ask for its causal form, which leaves such rows out'
      refuse(node, 'its outer rows see the zeros beyond the border of a window, which a stream does not have', hint)
    }
    if (first > last) refuse(node, 'all of its rows see a border of the window')
    motions.set(node, motion)
    of.set(node.outputs[0], { stride: read[0].stride * step, first, last })
  }
  return { of, motions }

  /** A window without the rows that see a border can be averaged; other nodes count on its length. */
  function checkWhole(node: Node, tensor: number): void {
    const time = of.get(tensor)
    if (!time || (time.first === 0 && time.last === length(tensor) - 1)) return
    const { shape } = graph.tensors[tensor]
    const axes = node.op === mean.kind || node.op === reduceMax.kind ? [...graph.tensors[node.inputs[1]].data!] : []
    if (axes.some(axis => Number(axis) === shape.length - 2 || Number(axis) === -2)) return
    const left = `${time.last - time.first + 1} of ${length(tensor)} rows see no border`
    refuse(node, `it needs every row of "${graph.tensors[tensor].name}", of which a causal form lacks some: ${left}`)
  }
}
