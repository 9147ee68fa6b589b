import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { build } from '../src-ts/codegen/build.ts'
import type { Session } from '../src-ts/engines/engine.ts'
import { loadModel } from '../src-ts/engines/model.ts'
import { node } from '../src-ts/engines/node.ts'
import { wasmtime } from '../src-ts/engines/wasmtime.ts'
import { elements, type IntGraph } from '../src-ts/ir/graph.ts'
import { caseNode } from '../src-ts/ops/parts/cases.ts'
import { BLOCK } from '../src-ts/ops/parts/sparse-filter.ts'
import { runIntPasses } from '../src-ts/passes/int/index.ts'
import { candidates } from '../src-ts/plan/choose.ts'
import { makePlan } from '../src-ts/plan/make-plan.ts'
import type { Plan } from '../src-ts/plan/plan.ts'
import { random } from '../src-ts/random.ts'
import { prepareGraph } from '../src-ts/reference/prepare.ts'
import { rowRunner } from '../src-ts/reference/run.ts'
import { table } from '../src-ts/report/terminal.ts'

/** Runs of one module before the next has its turn. */
const REPS = 20
/** What others are compared with. */
const DENSE = ['conv2d-blocks', 'fully-connected-blocks', 'without sparse kernels']

/** One way of compiling a network. */
interface Way {
  readonly name: string
  /** Whether a plan would take it. */
  readonly planned: boolean
  readonly plan: Plan
}

/** The time of a network in one way; it holds for this machine and this moment. */
interface Row {
  readonly network: string
  readonly zeros: string
  readonly kernel: string
  readonly planned: boolean
  readonly microseconds: number
  /** How many times as fast as dense kernels. */
  readonly times: number
  readonly moduleBytes: number
}

const { values } = parseArgs({
  options: {
    conv: { type: 'string', multiple: true },
    dense: { type: 'string', multiple: true },
    model: { type: 'string', multiple: true },
    zeros: { type: 'string', default: '1:4,block:75,any:75,1:8,block:90,any:90' },
    engine: { type: 'string', default: 'wasmtime' },
    rounds: { type: 'string', default: '25' },
    json: { type: 'boolean' },
  },
})
const { conv = [], dense = [], model: models = [] } = values
if (conv.length + dense.length + models.length === 0) {
  conv.push('500,64,64,5', '250,64,128,3', '125,128,128,1', '576,32,32,1')
  dense.push('4096,256', '1024,256', '256,64')
}
const rounds = whole(values.rounds, '--rounds')
const engine = [wasmtime, node].find(({ name }) => name === values.engine)
if (!engine) fail(`--engine: got ${values.engine}, expected wasmtime or node`)
const missing = engine.missing()
if (missing) fail(`${engine.name}: ${missing}`)
const layers = [...conv.map(text => numbers(text, 4)), ...dense.map(text => numbers(text, 2))]
const rows: Row[] = []
for (const zeros of values.zeros.split(',')) {
  for (const sizes of layers) {
    const graph = layerOf(sizes, zeros)
    rows.push(...(await timeWays(sizes.join(', '), zeros, graph, kernelsOf(graph))))
  }
  for (const model of models) {
    const graph = runIntPasses(withZeros(loadModel(model).graph, zeros))
    rows.push(...(await timeWays(model, zeros, graph, plansOf(graph))))
  }
}
if (values.json) console.log(JSON.stringify({ processor: cpus()[0].model.trim(), rows }, null, 2))
else print()

function print() {
  const heads = ['network', 'zeros', 'kernel', 'µs', 'times dense', 'module bytes']
  const cells = rows.map(r => [
    r.network,
    r.zeros,
    `${r.kernel}${r.planned ? ' *' : ''}`,
    r.microseconds.toFixed(1),
    r.times.toFixed(2),
    String(r.moduleBytes),
  ])
  console.log(table(heads, cells, 120))
  console.log(`${cpus()[0].model.trim()}, ${values.engine}, least of ${rounds * REPS} runs in ${rounds} rounds`)
}

function whole(text: string, where: string): number {
  const value = Number(text)
  return Number.isInteger(value) && value > 0 ? value : fail(`${where}: got ${text}, expected a whole number above 0`)
}

function numbers(text: string, count: number): number[] {
  const sizes = text.split(',').map(size => whole(size, text))
  return sizes.length === count ? sizes : fail(`${text}: got ${sizes.length} numbers, expected ${count}`)
}

function fail(problem: string): never {
  console.error(`[bench-sparse] ${problem}`)
  process.exit(1)
}

/** Times a network in all ways in turn. */
async function timeWays(network: string, zeros: string, graph: IntGraph, ways: readonly Way[]): Promise<Row[]> {
  if (process.stderr.isTTY) console.error(`[bench-sparse] ${network}, ${zeros} …`)
  const draw = random(2)
  const input = Int8Array.from(
    { length: elements(graph.tensors[graph.inputs[0]].shape) },
    () => draw.integer(256) - 128,
  )
  const expected = rowRunner(graph)(input, 1)
  const runs: { way: Way; session: Session; moduleBytes: number; least: number }[] = []
  try {
    for (const way of ways) {
      const { wasm } = await build(way.plan, '')
      const made = { graph, tflite: new Uint8Array(), module: async () => wasm }
      const session = await engine!.open(made, { flavour: 'simd' })
      runs.push({ way, session, moduleBytes: wasm.length, least: Infinity })
      const got = await session.run(input, 1)
      if (got.some((byte, i) => byte !== expected[i]))
        fail(`${network}, ${zeros}: ${way.name} differs from the reference`)
    }
    for (let round = 0; round < rounds; round++) {
      for (const run of runs) run.least = Math.min(run.least, ...(await run.session.time!(input, REPS)).runNs)
    }
  } finally {
    for (const { session } of runs) await session.close()
  }
  const slow = runs.find(({ way }) => DENSE.includes(way.name))?.least ?? Number.NaN
  return runs.map(({ way: { name, planned }, least, moduleBytes }) => {
    return { network, zeros, kernel: name, planned, microseconds: least / 1000, times: slow / least, moduleBytes }
  })
}

/** A network of one node by each of its kernels. */
function kernelsOf(graph: IntGraph): Way[] {
  const [node] = prepareGraph(graph)
  return candidates(node, { flavour: 'simd', element: node.element, goal: 'speed' })
    .filter(({ cost }) => cost !== undefined)
    .map(({ kernel }, i) => {
      return { name: kernel.name, planned: i === 0, plan: makePlan([graph], 'simd', { choose: () => [{ kernel }] }) }
    })
}

/** A network as planned, and without sparse kernels. */
function plansOf(graph: IntGraph): Way[] {
  const isSparse = (name: string | undefined) => name?.includes('-sparse') ?? false
  const planned = makePlan([graph], 'simd')
  const dense = makePlan([graph], 'simd', {
    choose: fitting => fitting.filter(({ kernel }) => !isSparse(kernel.name)),
  })
  const names = planned.networks[0].nodes.map(({ kernel }) => kernel?.name).filter(isSparse)
  const counts = [...new Set(names)].map(name => `${names.filter(each => each === name).length} ${name}`)
  return [
    { name: counts.join(', ') || 'no sparse kernel', planned: true, plan: planned },
    { name: 'without sparse kernels', planned: false, plan: dense },
  ]
}

/** A network of one convolution [T, C, F, K] along time with padding, or of one dense layer [IN, OUT]. */
function layerOf(sizes: readonly number[], zeros: string): IntGraph {
  const isDense = sizes.length === 2
  const [t, inC, outC, taps] = isDense ? [1, sizes[0], sizes[1], 1] : sizes
  const draw = random(3)
  const weights = Int8Array.from({ length: outC * taps * inC }, () => draw.integer(255) - 127)
  const scale = Array.from({ length: outC }, (_, o) => 0.002 * (1 + (o % 8)))
  const along = { padding: 'same', strideH: 1, strideW: 1, dilationH: 1, dilationW: 1 }
  const kind = isDense ? 'fullyConnected' : 'conv2d'
  const { node } = caseNode(
    `${sizes}, ${zeros}`,
    kind,
    { activation: 'relu', ...(isDense ? { keepNumDims: true } : along) },
    [
      { shape: isDense ? [1, inC] : [1, 1, t, inC], scale: 0.03, zeroPoint: -7 },
      { shape: isDense ? [outC, inC] : [outC, 1, taps, inC], scale, axis: 0, data: cut(weights, zeros) },
      { shape: [outC], constant: 3000, type: 'int32', scale: scale.map(s => s * 0.03), axis: 0 },
    ],
    [{ shape: isDense ? [1, outC] : [1, 1, t, outC], scale: 0.5, zeroPoint: -128 }],
  )
  return {
    name: node.name,
    tensors: [...node.inputs.map(tensor => tensor!), ...node.outputs],
    nodes: [{ name: node.name, op: kind, attrs: node.attrs, inputs: [0, 1, 2], outputs: [3] }],
    inputs: [0],
    outputs: [3],
  }
}

/** A network whose convolutions and dense layers, all but the last, have zeros; as `holter prune` does, those whose inputs are no multiple of four stay. */
function withZeros(graph: IntGraph, zeros: string): IntGraph {
  const filters = graph.nodes
    .filter(({ op }) => op === 'conv2d' || op === 'fullyConnected')
    .map(({ inputs }) => inputs[1])
    .slice(0, -1)
    .filter(i => graph.tensors[i].shape.at(-1)! % BLOCK === 0)
  const tensors = graph.tensors.map((tensor, i) =>
    filters.includes(i) && tensor.data instanceof Int8Array ? { ...tensor, data: cut(tensor.data, zeros) } : tensor,
  )
  return { ...graph, tensors }
}

/** Weights, in the order of a filter in a file, [outputs, taps, inputs], without the smallest of a pattern. */
function cut(weights: Int8Array, zeros: string): Int8Array {
  if (zeros === 'none') return weights
  const parts = /^(\d+|block|any):(\d+)$/.exec(zeros)
  if (!parts) fail(`--zeros: got ${zeros}, expected N:M, block:PERCENT, any:PERCENT or none`)
  const [, kind, number] = parts
  const of = whole(number, '--zeros')
  if (kind === 'block' || kind === 'any') return withoutSmallest(weights, kind === 'block' ? BLOCK : 1, of / 100)
  const groups = Array.from({ length: Math.ceil(weights.length / of) }, (_, i) => weights.slice(i * of, (i + 1) * of))
  return Int8Array.from(groups.flatMap(group => [...withoutSmallest(group, 1, 1 - whole(kind, '--zeros') / of)]))
}

function withoutSmallest(weights: Int8Array, run: number, share: number): Int8Array {
  const size = (at: number) => weights.subarray(at, at + run).reduce((sum, w) => sum + Math.abs(w), 0)
  const runs = Array.from({ length: weights.length / run }, (_, i) => ({ at: i * run, size: size(i * run) }))
  const kept = weights.slice()
  runs.sort((a, b) => a.size - b.size || a.at - b.at)
  for (const { at } of runs.slice(0, Math.round(runs.length * share))) kept.fill(0, at, at + run)
  return kept
}
