import type { FloatGraph, FloatTensor, Node, Shape } from '../ir/graph.ts'

/**
 * A FloatGraph while a pass rewrites it. Tensors keep their numbers until `finish`, which leaves out what nothing uses.
 * Nodes are values: replacing one keeps its place in the order.
 */
export class Draft {
  private readonly graph: FloatGraph
  private readonly tensors: FloatTensor[]
  private order: Node[]

  constructor(graph: FloatGraph) {
    this.graph = graph
    this.tensors = [...graph.tensors]
    this.order = [...graph.nodes]
  }

  /** The nodes as they stand now; safe to walk over while the draft changes. */
  get nodes(): readonly Node[] {
    return [...this.order]
  }

  tensor(index: number): FloatTensor {
    return this.tensors[index]
  }

  /** Data of a constant of real numbers. */
  constant(index: number): Float32Array {
    return this.tensors[index].data as Float32Array
  }

  /** The node that computes a tensor; undefined for inputs of the graph and constants. */
  producer(tensor: number): Node | undefined {
    return this.order.find(node => node.outputs.includes(tensor))
  }

  /** The nodes that read a tensor, in order. */
  consumers(tensor: number): Node[] {
    return this.order.filter(node => node.inputs.includes(tensor))
  }

  isOutput(tensor: number): boolean {
    return this.graph.outputs.includes(tensor)
  }

  /** The node that computes a tensor if one node alone reads it: it may then be changed for that reader's sake. */
  privateProducer(tensor: number): Node | undefined {
    return !this.isOutput(tensor) && this.consumers(tensor).length === 1 ? this.producer(tensor) : undefined
  }

  addConstant(name: string, shape: Shape, data: Float32Array): number {
    return this.tensors.push({ name, shape, data }) - 1
  }

  addTensor(name: string, shape: Shape): number {
    return this.tensors.push({ name, shape }) - 1
  }

  /** Puts `by` (none, one or several nodes) in the place of a node. */
  replace(node: Node, ...by: Node[]): void {
    this.order = this.order.flatMap(each => (each === node ? by : [each]))
  }

  /** Lets every reader of a tensor read another one instead. */
  redirect(from: number, to: number): void {
    for (const node of this.consumers(from)) {
      this.replace(node, { ...node, inputs: node.inputs.map(i => (i === from ? to : i)) })
    }
  }

  /** Returns the graph, without nodes whose results nobody reads and tensors that no node names. */
  finish(): FloatGraph {
    const live = new Set(this.graph.outputs)
    const nodes = this.order
      .toReversed()
      .filter(node => {
        const needed = node.outputs.some(output => live.has(output))
        if (needed) for (const input of node.inputs) live.add(input)
        return needed
      })
      .toReversed()
    const kept = new Set([...this.graph.inputs, ...live])
    const number = new Map<number, number>([[-1, -1]])
    const tensors = this.tensors.filter((_, i) => kept.has(i) && number.set(i, number.size - 1))
    const renumber = (indices: readonly number[]) => indices.map(i => number.get(i)!)
    return {
      ...this.graph,
      tensors,
      nodes: nodes.map(node => ({ ...node, inputs: renumber(node.inputs), outputs: renumber(node.outputs) })),
      inputs: renumber(this.graph.inputs),
      outputs: renumber(this.graph.outputs),
    }
  }
}
