import { HolterError } from '../../errors.ts'
import type { Attrs, IntGraph, IntTensor, Node, Shape, State } from '../../ir/graph.ts'
import { concatenation } from '../../ops/concatenation.ts'
import { fullyConnected } from '../../ops/fully-connected.ts'
import { isOf } from '../../ops/op.ts'
import { reshape } from '../../ops/reshape.ts'
import { stridedSlice } from '../../ops/strided-slice.ts'
import { verifyIntGraph } from '../int/verify.ts'
import { type Motion, rowsOf } from './motion.ts'
import { type HopPlan, planHop, type Rows, type Span } from './rows.ts'
import { type Timelines, timelinesOf } from './timeline.ts'

export interface StreamOptions {
  /** New rows of the first input in each inference: 1 to the rows of a window. */
  readonly hop: number
  /** Leaves out the rows of all tensors that see zeros beyond a border of the window. Default: such a network is refused. */
  readonly causal?: boolean
}

/**
 * Returns a network that takes `hop` new rows of its first input at a time, [1, 1, hop, channels], and gives what the network makes of the
 * last window of the stream, in every byte, once that window is full. States remember the rows that later hops need; what rows of several
 * windows share is computed once. Where the hop is no multiple of a tensor's stride, the rows of all phases are kept.
 * Further inputs are given with each hop. Outputs that have time are the rows that a hop adds.
 * Throws HolterError naming the node where rows see a border, unless the causal form is asked for.
 */
export function streamGraph<G extends IntGraph>(graph: G, { hop, causal = false }: StreamOptions): G {
  const timelines = timelinesOf(graph, causal)
  const rows = rowsOf(graph.tensors[graph.inputs[0]].shape)!
  if (!(Number.isInteger(hop) && hop >= 1 && hop <= rows)) {
    const problem = 'a hop must lie within the window'
    throw new HolterError({ stage: 'passes', where: graph.name, problem, got: hop, expected: `1 to ${rows} rows` })
  }
  return rebuilt(graph, timelines, planHop(graph, timelines, hop))
}

/** Returns the causal form of a whole window: the network without the rows that see a border. Its streams are those of the network with `causal`. */
export function causalGraph<G extends IntGraph>(graph: G): G {
  const timelines = timelinesOf(graph, true)
  return rebuilt(graph, timelines, planHop(graph, timelines))
}

function rebuilt<G extends IntGraph>(graph: G, timelines: Timelines, plan: HopPlan): G {
  const builder = new StreamBuilder(graph, timelines, plan)
  const next = builder.graph()
  verifyIntGraph(next, `${graph.name} as a stream`)
  return next
}

/** The rows of a tensor as they stand in the new graph. */
interface Held {
  readonly tensor: number
  readonly rows: Rows
}

class StreamBuilder<G extends IntGraph> {
  private readonly source: G
  private readonly timelines: Timelines
  private readonly plan: HopPlan
  private readonly tensors: IntTensor[] = []
  private readonly nodes: Node[] = []
  /** Tensors of all rows that a hop holds, whose last ones are remembered. */
  private readonly rings: { readonly current: number; readonly ring: number; readonly past: number }[] = []
  /** Tensors without time, and constants, by their number in the source. */
  private readonly whole = new Map<number, number>()
  /** Tensors with time, by their number in the source. */
  private readonly held = new Map<number, Held>()
  /** Sections that several nodes read. */
  private readonly sections = new Map<string, number>()

  constructor(source: G, timelines: Timelines, plan: HopPlan) {
    this.source = source
    this.timelines = timelines
    this.plan = plan
  }

  graph(): G {
    const { source, plan } = this
    const inputs = source.inputs.map((input, i) => (i === 0 ? this.input(input) : this.copy(input)))
    for (const node of source.nodes) {
      const motion = this.timelines.motions.get(node)
      if (!motion) this.keep(node)
      else if (plan.rows.has(node.outputs[0])) this.move(node, motion)
    }
    const outputs = source.outputs.map(output => {
      const held = this.held.get(output)
      return held ? this.section(output, [held.rows.fresh, held.rows.last]) : this.whole.get(output)!
    })
    // Last, when nobody needs the old rows any more: their place is then free (plan/placement.ts).
    const states = this.rings.map(({ current, ring, past }): State => {
      const last = this.tensors[ring].shape[2] - 1
      return { current, next: this.slice(ring, last - past + 1, last) }
    })
    const { tensors, nodes } = this
    return { ...source, tensors, nodes, inputs, outputs, ...(states.length && { states }) }
  }

  private input(input: number): number {
    const rows = this.plan.rows.get(input)!
    const fresh = this.add(this.rowsOf(input, rows.last - rows.fresh + 1))
    this.hold(input, fresh)
    return fresh
  }

  /** A node that sees whole windows, or has no time: it stays as it is. */
  private keep(node: Node): void {
    const inputs = node.inputs.map(input => (this.timelines.of.has(input) ? this.window(input) : this.copy(input)))
    this.nodes.push({ ...node, inputs, outputs: node.outputs.map(output => this.copy(output)) })
  }

  /** A node that keeps step: it computes the new rows of its output. */
  private move(node: Node, motion: Motion): void {
    const [output] = node.outputs
    const { fresh, last } = this.plan.rows.get(output)!
    this.hold(output, this.newRows(node, motion, [fresh, last]))
  }

  private newRows(node: Node, motion: Motion, span: Span): number {
    const [output] = node.outputs
    const [x] = node.inputs
    const step = this.plan.stepOf(x, output, motion)
    const read = (input: number, every = 1) =>
      this.timelines.of.has(input)
        ? this.section(input, this.plan.reach(motion, input, output, span), every)
        : this.copy(input)
    if (motion.kind === 'shift') return read(x, step)
    if (motion.kind === 'pool') return this.pool(node, motion, span, read(x))
    const inputs = node.inputs.map(input => read(input))
    return this.node(node, this.attrsOf(node, motion, step), inputs, this.rowsOf(output, span[1] - span[0] + 1))
  }

  private attrsOf(node: Node, motion: Motion, step: number): Attrs {
    if (motion.kind === 'convolution') {
      const dilationW = motion.dilation * this.spacing(node.inputs[0])
      return { ...node.attrs, padding: 'valid', strideW: step, dilationW }
    }
    if (isOf(fullyConnected, node)) return { ...node.attrs, keepNumDims: true }
    return isOf(concatenation, node) ? { ...node.attrs, axis: 3 } : node.attrs
  }

  /** Pools know no dilation: where rows of a window lie apart, the phases between them become columns, and the pool goes along the rows. */
  private pool(node: Node, motion: Motion, [fresh, last]: Span, read: number): number {
    const [x] = node.inputs
    const [output] = node.outputs
    const step = this.plan.stepOf(x, output, motion)
    const space = motion.taps > 1 ? this.spacing(x) : 1
    const attrs = { ...node.attrs, padding: 'valid', strideH: 1, strideW: 1 }
    if (space === 1) return this.node(node, { ...attrs, strideW: step }, [read], this.rowsOf(output, last - fresh + 1))
    const { shape } = this.tensors[read]
    const channels = shape[3]
    const columns = this.shaped(read, [1, shape[2] / space, space, channels])
    const rows = shape[2] / space - motion.taps + 1
    const pooled = { ...this.source.tensors[output], shape: [1, rows, space, channels] }
    const plane = this.node(node, { ...attrs, filterH: motion.taps, filterW: 1 }, [columns], pooled)
    const line = this.shaped(plane, [1, 1, rows * space, channels])
    return this.slice(line, rows * space - 1 - (last - fresh) * step, rows * space - 1, step)
  }

  private spacing(tensor: number): number {
    return this.plan.rows.get(tensor)!.spacing
  }

  /** Takes the new rows of a tensor, and remembers those that later hops need. */
  private hold(tensor: number, fresh: number): void {
    const rows = this.plan.rows.get(tensor)!
    const past = rows.fresh - rows.first
    if (past === 0) {
      this.held.set(tensor, { tensor: fresh, rows })
      return
    }
    const named = (shape: IntTensor, what: string) => ({
      ...shape,
      name: `${this.source.tensors[tensor].name} ${what}`,
    })
    const current = this.add(named(this.rowsOf(tensor, past), 'past'))
    const all = rows.last - rows.first + 1
    const ring = this.add(named(this.rowsOf(tensor, all), 'rows'))
    const { name } = this.tensors[ring]
    const attrs = { axis: 2, activation: 'none' }
    this.nodes.push({ name, op: concatenation.kind, attrs, inputs: [current, fresh], outputs: [ring] })
    this.rings.push({ current, ring, past })
    this.held.set(tensor, { tensor: ring, rows })
  }

  /** The window's rows of a tensor, under its own shape but for rows that a causal form leaves out. */
  private window(tensor: number): number {
    const [first, last] = this.plan.windowOf(tensor)
    const rows = this.section(tensor, [first, last], this.spacing(tensor))
    const { shape } = this.source.tensors[tensor]
    return shape.length === 4 ? rows : this.shaped(rows, shape.with(-2, this.tensors[rows].shape[2]))
  }

  /** Rows of a tensor's grid, every `step`-th. */
  private section(tensor: number, [first, last]: Span, step = 1): number {
    const held = this.held.get(tensor)!
    const key = [tensor, first, last, step].join()
    const made =
      this.sections.get(key) ?? this.slice(held.tensor, first - held.rows.first, last - held.rows.first, step)
    this.sections.set(key, made)
    return made
  }

  /** Rows `first` to `last` of a new tensor, every `step`-th. */
  private slice(tensor: number, first: number, last: number, step = 1): number {
    const { shape, name } = this.tensors[tensor]
    if (first === 0 && last === shape[2] - 1 && step === 1) return tensor
    const section = [
      [0, 0, first, 0],
      [1, 1, last + 1, shape[3]],
      [1, 1, step, 1],
    ].map(places => this.constant(places))
    const attrs = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 }
    const rows = Math.floor((last - first) / step) + 1
    const output = { ...this.tensors[tensor], name: `${name} ${first} to ${last}`, shape: shape.with(2, rows) }
    const node = { name: output.name, op: stridedSlice.kind, attrs, inputs: [], outputs: [] }
    return this.node(node, attrs, [tensor, ...section], output)
  }

  private shaped(tensor: number, shape: Shape): number {
    const output = { ...this.tensors[tensor], name: `${this.tensors[tensor].name} as ${shape.join('×')}`, shape }
    const node = { name: output.name, op: reshape.kind, attrs: {}, inputs: [], outputs: [] }
    return this.node(node, { newShape: shape }, [tensor, this.constant(shape)], output)
  }

  /** A constant of places or sizes; equal ones are one. */
  private constant(values: readonly number[]): number {
    const key = `constant ${values}`
    const data = Int32Array.from(values)
    const made = this.sections.get(key) ?? this.add({ name: key, shape: [values.length], type: 'int32', data })
    this.sections.set(key, made)
    return made
  }

  private node(like: Node, attrs: Attrs, inputs: readonly number[], output: IntTensor): number {
    const made = this.add(output)
    this.nodes.push({ name: like.name, op: like.op, attrs, inputs, outputs: [made] })
    return made
  }

  /** A tensor of the source with so many rows. */
  private rowsOf(tensor: number, rows: number): IntTensor {
    const like = this.source.tensors[tensor]
    return { ...like, shape: [1, 1, rows, like.shape.at(-1)!] }
  }

  private copy(tensor: number): number {
    if (tensor < 0) return tensor
    const made = this.whole.get(tensor) ?? this.add(this.source.tensors[tensor])
    this.whole.set(tensor, made)
    return made
  }

  private add(tensor: IntTensor): number {
    return this.tensors.push(tensor) - 1
  }
}
