import type { AnyTensor, FloatTensor, Graph, Node, State } from '../ir/graph.ts'

/**
 * A graph while a pass rewrites it. Tensors keep their numbers until `finish`, which leaves out what nothing uses.
 * Nodes are values: replacing one keeps its place in the order. Every step costs as much as it changes, however large the graph.
 */
export class Draft<T extends AnyTensor = FloatTensor> {
  /** Tells a user a fact about the network that the pass came upon. */
  readonly note: (fact: string) => void
  private readonly graph: Graph<T>
  private readonly tensors: T[]
  private readonly inputs: number[]
  private readonly outputs: number[]
  private states: readonly State[]
  /** For each node of the graph, the nodes that replace it now. */
  private readonly places: Node[][]
  private readonly placeOf = new Map<Node, number>()
  private readonly producers = new Map<number, Node>()
  private readonly readers = new Map<number, Set<Node>>()

  constructor(graph: Graph<T>, note: (fact: string) => void = () => {}) {
    this.note = note
    this.graph = graph
    this.tensors = [...graph.tensors]
    this.inputs = [...graph.inputs]
    this.outputs = [...graph.outputs]
    this.states = graph.states ?? []
    this.places = graph.nodes.map(node => [node])
    graph.nodes.forEach((node, place) => {
      this.connect(node, place)
    })
  }

  /** The nodes as they stand now; safe to walk over while the draft changes. */
  get nodes(): readonly Node[] {
    return this.places.flat()
  }

  /** Whether a node is still in the draft. */
  has(node: Node): boolean {
    return this.placeOf.has(node)
  }

  tensor(index: number): T {
    return this.tensors[index]
  }

  /** The node that computes a tensor; undefined for inputs of the graph and constants. */
  producer(tensor: number): Node | undefined {
    return this.producers.get(tensor)
  }

  /** The nodes that read a tensor, in order. */
  consumers(tensor: number): Node[] {
    const found = [...(this.readers.get(tensor) ?? [])]
    return found.sort((a, b) => this.placeOf.get(a)! - this.placeOf.get(b)!)
  }

  /** Of some nodes the one that runs last; undefined of none. */
  last(nodes: readonly Node[]): Node | undefined {
    const place = Math.max(...nodes.map(node => this.placeOf.get(node)!))
    return this.places[place]?.findLast(node => nodes.includes(node))
  }

  /** Whether a tensor leaves the network: as an output, or as what a state becomes. */
  isOutput(tensor: number): boolean {
    return this.outputs.includes(tensor) || this.states.some(({ next }) => next === tensor)
  }

  /** The state that a tensor is; undefined of all others. */
  state(tensor: number): State | undefined {
    return this.states.find(({ current }) => current === tensor)
  }

  /** The place of a tensor among the graph's inputs; −1 if it is none. */
  inputPlace(tensor: number): number {
    return this.inputs.indexOf(tensor)
  }

  /** The first place of a tensor among the graph's outputs; −1 if it is none. */
  outputPlace(tensor: number): number {
    return this.outputs.indexOf(tensor)
  }

  /** The node that computes a tensor if one node alone reads it: it may then be changed for that reader's sake. */
  privateProducer(tensor: number): Node | undefined {
    return !this.isOutput(tensor) && this.readers.get(tensor)?.size === 1 ? this.producer(tensor) : undefined
  }

  /** Adds a tensor and returns its number. */
  add(tensor: T): number {
    return this.tensors.push(tensor) - 1
  }

  /** Gives a tensor another form under its number; whoever does so keeps its readers right. */
  change(index: number, tensor: T): void {
    this.tensors[index] = tensor
  }

  /** Puts `by` (none, one or several nodes) in the place of a node. */
  replace(node: Node, ...by: Node[]): void {
    const place = this.placeOf.get(node)!
    this.disconnect(node)
    this.places[place] = this.places[place].flatMap(each => (each === node ? by : [each]))
    for (const each of by) this.connect(each, place)
  }

  /** Lets every reader of a tensor read another one instead. */
  redirect(from: number, to: number): void {
    for (const node of this.consumers(from)) {
      this.replace(node, { ...node, inputs: node.inputs.map(i => (i === from ? to : i)) })
    }
  }

  /** Lets the graph start (end) at another tensor where it started (ended) at `from`. */
  moveBorder(from: number, to: number): void {
    for (const border of [this.inputs, this.outputs]) {
      border.forEach((index, place) => {
        if (index === from) border[place] = to
      })
    }
    this.states = this.states.map(state => (state.next === from ? { ...state, next: to } : state))
  }

  /** Returns the graph, without nodes whose results nobody reads and tensors that no node names. */
  finish(): Graph<T> {
    const live = new Set([...this.outputs, ...this.states.map(({ next }) => next)])
    const nodes = this.nodes
      .toReversed()
      .filter(node => {
        const needed = node.outputs.some(output => live.has(output))
        if (needed) for (const index of [...node.inputs, ...node.outputs]) live.add(index)
        return needed
      })
      .toReversed()
    const kept = new Set([...this.inputs, ...this.states.map(({ current }) => current), ...live])
    const number = new Map<number, number>([[-1, -1]])
    const tensors = this.tensors.filter((_, i) => kept.has(i) && number.set(i, number.size - 1))
    // An index that does not exist, as damaged files have them, stays as it is: the graph's verifier names it.
    const renumber = (indices: readonly number[]) => indices.map(i => number.get(i) ?? i)
    const one = (index: number) => renumber([index])[0]
    const states = this.states.map(s => ({ ...s, current: one(s.current), next: one(s.next) }))
    return {
      ...this.graph,
      ...(states.length && { states }),
      tensors,
      nodes: nodes.map(node => ({ ...node, inputs: renumber(node.inputs), outputs: renumber(node.outputs) })),
      inputs: renumber(this.inputs),
      outputs: renumber(this.outputs),
    }
  }

  private connect(node: Node, place: number): void {
    this.placeOf.set(node, place)
    for (const output of node.outputs) this.producers.set(output, node)
    for (const input of node.inputs) {
      const known = this.readers.get(input)
      if (known) known.add(node)
      else this.readers.set(input, new Set([node]))
    }
  }

  private disconnect(node: Node): void {
    this.placeOf.delete(node)
    for (const output of node.outputs) if (this.producers.get(output) === node) this.producers.delete(output)
    for (const input of node.inputs) this.readers.get(input)?.delete(node)
  }
}
