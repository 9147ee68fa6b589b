import type { IntGraph, IntTensor, Node } from '../../src-ts/ir/graph.ts'
import { type CaseTensor, caseNode } from '../../src-ts/ops/parts/cases.ts'
import { type Random, random } from '../../src-ts/random.ts'
import { withInt16 } from './int16-network.ts'
import { accepted, makers } from './random-case.ts'
import { anyShape, conditionFor, count, type Drawn, pick, plane, scaleIn, sizeIn, zeroOf } from './random-draw.ts'
import { undefinedInTflm } from './undefined-in-tflm.ts'

const MOST_NODES = 12
/** Larger tensors would only make the reference slow. */
const MOST_ELEMENTS = 3000
const TRIES = 40

/** A network under construction: tensors as they were drawn, and where each stands in the graph. */
class Draft {
  readonly tensors: IntTensor[] = []
  readonly nodes: Node[] = []
  readonly inputs: number[] = []
  readonly places = new Map<CaseTensor, number>()
  /** int8 tensors that nodes can read, in the order of their making. */
  readonly readable: CaseTensor[] = []
  readonly read = new Set<number>()

  add(tensor: IntTensor, drawn: CaseTensor, role: string): number {
    const place = this.tensors.push({ ...tensor, name: `${role}${this.tensors.length}` }) - 1
    this.places.set(drawn, place)
    if (tensor.type === 'int8' && !tensor.data) this.readable.push(drawn)
    return place
  }

  /** Places a node; inputs that stand nowhere yet become constants, or further inputs of the network, by which bool ones are computed. */
  node(kind: string, drawn: Drawn, made: ReturnType<typeof caseNode>['node']): void {
    for (const t of drawn.inputs) {
      if (t?.type !== 'bool' || t.data || this.places.has(t)) continue
      const { attrs, inputs, outputs } = conditionFor(t)
      this.node('greater', { attrs, inputs, outputs }, caseNode(kind, 'greater', attrs, inputs, outputs).node)
    }
    const inputs = drawn.inputs.map((t, i) => {
      if (!t) return -1
      const known = this.places.get(t)
      if (known !== undefined) return known
      const own = made.inputs[i]!
      const place = this.add(own, t, own.data ? 'constant' : 'input')
      if (!own.data) this.inputs.push(place)
      return place
    })
    for (const i of inputs) this.read.add(i)
    const outputs = drawn.outputs.map((t, i) => this.add(made.outputs[i], t, kind))
    this.nodes.push({ name: this.tensors[outputs[0]].name, op: kind, attrs: made.attrs as never, inputs, outputs })
  }
}

/**
 * Returns a random network of 1 to 12 nodes over all ops: chains and branches, several inputs and outputs, tensors that are read
 * late, scales from 10⁻⁶ to 100. The same seed gives the same network.
 */
export function randomNetwork(seed: number): IntGraph {
  for (let attempt = 0; ; attempt++) {
    const r = random(seed, 17, attempt)
    const graph = build(`random ${seed}`, r)
    if (graph && !undefinedInTflm(graph)) return graph
  }
}

/** Returns `randomNetwork` with int16 activations; a quarter of the nodes, and those that take none, stay int8. */
export function randomInt16Network(seed: number): IntGraph {
  const r = random(seed, 16)
  return withInt16(randomNetwork(seed), () => r.integer(4) === 0)
}

function build(name: string, r: Random): IntGraph | undefined {
  const draft = new Draft()
  const shape = r.integer(3) ? plane(r) : anyShape(r)
  const [low, high] = pick(r, [
    [1e-2, 0.5],
    [1e-2, 0.5],
    [1e-6, 1e-3],
    [1, 100],
  ])
  const first: CaseTensor = { shape, scale: scaleIn(r, low, high), zeroPoint: zeroOf(r) }
  const { node } = caseNode(name, 'input', {}, [first], [])
  draft.inputs.push(draft.add(node.inputs[0]!, first, 'input'))
  const wanted = sizeIn(r, 1, MOST_NODES)
  for (let attempt = 0; draft.nodes.length < wanted && attempt < TRIES; attempt++)
    extend(draft, r, `${name} ${attempt}`)
  // Nodes of bool alone do not read what they are drawn around.
  if (!draft.read.has(draft.inputs[0])) return undefined
  const computed = draft.nodes.flatMap(each => each.outputs)
  const outputs = computed.filter(i => !draft.read.has(i) || r.integer(20) === 0)
  return { name, tensors: draft.tensors, nodes: draft.nodes, inputs: draft.inputs, outputs }
}

/** Tries to add one node behind the newest tensor, or behind an older one. */
function extend(draft: Draft, r: Random, name: string): void {
  const kind = pick(r, [...makers.keys()])
  const x = r.integer(3) ? draft.readable.at(-1)! : pick(r, draft.readable)
  const others = draft.readable.filter(t => t !== x || r.integer(2))
  const drawn = makers.get(kind)!.draw(r, x, others)
  const shapes = drawn ? [...drawn.inputs, ...drawn.outputs].map(t => t?.shape ?? []) : []
  if (!drawn || shapes.some(each => each.length > 4 || count(each) > MOST_ELEMENTS)) return
  const made = caseNode(name, kind, drawn.attrs, drawn.inputs, drawn.outputs)
  const scale = drawn.outputs[0].scale as number
  if (scale > 1e-8 && scale < 1e6 && accepted(kind, made)) draft.node(kind, drawn, made.node)
}
