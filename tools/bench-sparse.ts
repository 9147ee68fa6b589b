import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { build } from '../src-ts/codegen/build.ts'
import type { RunnableModel, Session } from '../src-ts/engines/engine.ts'
import { wasmtime } from '../src-ts/engines/wasmtime.ts'
import type { IntGraph } from '../src-ts/ir/graph.ts'
import { caseNode } from '../src-ts/ops/parts/cases.ts'
import { candidates } from '../src-ts/plan/choose.ts'
import { makePlan } from '../src-ts/plan/make-plan.ts'
import { type Random, random } from '../src-ts/random.ts'
import { prepareGraph } from '../src-ts/reference/prepare.ts'
import { rowRunner } from '../src-ts/reference/run.ts'
import { table } from '../src-ts/report/terminal.ts'

/** Runs of one kernel before the next has its turn. */
const REPS = 20
/** What others are compared with. */
const DENSE = ['conv2d-blocks', 'fully-connected-blocks']

/** A kernel's time on one layer; it holds for this machine and this moment. */
interface Row {
  readonly layer: string
  readonly zeros: string
  readonly kernel: string
  readonly chosen: boolean
  readonly microseconds: number
  /** How many times as fast as the dense kernel. */
  readonly times: number
}

const { values } = parseArgs({
  options: {
    conv: { type: 'string', multiple: true },
    dense: { type: 'string', multiple: true },
    zeros: { type: 'string', default: '1:4,block:75,any:75,1:8,block:90,any:90' },
    rounds: { type: 'string', default: '25' },
    json: { type: 'boolean' },
  },
})
const given = values.conv || values.dense
const convolutions = given ? (values.conv ?? []) : ['500,64,64,5', '250,64,128,3', '125,128,128,1', '576,32,32,1']
const denses = given ? (values.dense ?? []) : ['4096,256', '1024,256', '256,64']
const rounds = whole(values.rounds, '--rounds')
const missing = wasmtime.missing()
if (missing) fail(`wasmtime: ${missing}`)
const rows: Row[] = []
for (const [text, count] of [...convolutions.map(c => [c, 4] as const), ...denses.map(d => [d, 2] as const)]) {
  const sizes = text.split(',').map(size => whole(size, text))
  if (sizes.length !== count) fail(`${text}: got ${sizes.length} numbers, expected ${count}`)
  for (const zeros of values.zeros.split(',')) rows.push(...(await timeLayer(sizes, zeros)))
}
if (values.json) console.log(JSON.stringify({ processor: cpus()[0].model.trim(), rows }, null, 2))
else print()

function print() {
  const cells = rows.map(r => [
    r.layer,
    r.zeros,
    `${r.kernel}${r.chosen ? ' *' : ''}`,
    r.microseconds.toFixed(1),
    r.times.toFixed(2),
  ])
  console.log(table(['layer', 'zeros', 'kernel', 'µs', 'times dense'], cells))
  console.log(`${cpus()[0].model.trim()}, wasmtime, least of ${rounds * REPS} runs in ${rounds} rounds`)
}

function whole(text: string, where: string): number {
  const value = Number(text)
  return Number.isInteger(value) && value > 0 ? value : fail(`${where}: got ${text}, expected a whole number above 0`)
}

function fail(problem: string): never {
  console.error(`[bench-sparse] ${problem}`)
  process.exit(1)
}

/** Times every kernel of one layer that fits, in turn. */
async function timeLayer(sizes: readonly number[], zeros: string): Promise<Row[]> {
  if (process.stderr.isTTY) console.error(`[bench-sparse] ${sizes}, ${zeros} …`)
  const graph = layerOf(sizes, zeros)
  const [node] = prepareGraph(graph)
  const all = candidates(node, { flavour: 'simd', element: node.element, goal: 'speed' })
  const kernels = all.filter(({ cost }) => cost !== undefined)
  const input = Int8Array.from({ length: inputBytes(graph) }, byteOf(random(2)))
  const expected = rowRunner(graph)(input, 1)
  const runs: { name: string; session: Session; least: number }[] = []
  try {
    for (const { kernel } of kernels) {
      const { wasm } = await build(makePlan([graph], 'simd', { choose: () => [{ kernel }] }), '')
      const model: RunnableModel = { graph, tflite: new Uint8Array(), module: async () => wasm }
      const session = await wasmtime.open(model, { flavour: 'simd' })
      runs.push({ name: kernel.name, session, least: Infinity })
      const got = await session.run(input, 1)
      if (got.some((byte, i) => byte !== expected[i])) fail(`${graph.name}: ${kernel.name} differs from the reference`)
    }
    for (let round = 0; round < rounds; round++) {
      for (const run of runs) run.least = Math.min(run.least, ...(await run.session.time!(input, REPS)).runNs)
    }
  } finally {
    for (const { session } of runs) await session.close()
  }
  const dense = runs.find(({ name }) => DENSE.includes(name))?.least ?? Number.NaN
  return runs.map(({ name, least }) => ({
    layer: sizes.join(', '),
    zeros,
    kernel: name,
    chosen: name === all[0].kernel.name,
    microseconds: least / 1000,
    times: dense / least,
  }))
}

function inputBytes(graph: IntGraph): number {
  return graph.tensors[graph.inputs[0]].shape.reduce((a, b) => a * b)
}

function byteOf(r: Random): () => number {
  return () => r.integer(256) - 128
}

/** A network of one convolution [T, C, F, K] along time with padding, or of one dense layer [IN, OUT]. */
function layerOf(sizes: readonly number[], zeros: string): IntGraph {
  const dense = sizes.length === 2
  const [t, inC, outC, taps] = dense ? [1, sizes[0], sizes[1], 1] : sizes
  const data = sparseWeights(zeros, outC * taps * inC)
  const scale = Array.from({ length: outC }, (_, o) => 0.002 * (1 + (o % 8)))
  const along = { padding: 'same', strideH: 1, strideW: 1, dilationH: 1, dilationW: 1 }
  const kind = dense ? 'fullyConnected' : 'conv2d'
  const { node } = caseNode(
    `${sizes}, ${zeros}`,
    kind,
    { activation: 'relu', ...(dense ? { keepNumDims: true } : along) },
    [
      { shape: dense ? [1, inC] : [1, 1, t, inC], scale: 0.03, zeroPoint: -7 },
      { shape: dense ? [outC, inC] : [outC, 1, taps, inC], scale, axis: 0, data },
      { shape: [outC], constant: 3000, type: 'int32', scale: scale.map(s => s * 0.03), axis: 0 },
    ],
    [{ shape: dense ? [1, outC] : [1, 1, t, outC], scale: 0.5, zeroPoint: -128 }],
  )
  return {
    name: node.name,
    tensors: [...node.inputs.map(tensor => tensor!), ...node.outputs],
    nodes: [{ name: node.name, op: kind, attrs: node.attrs, inputs: [0, 1, 2], outputs: [3] }],
    inputs: [0],
    outputs: [3],
  }
}

/** Random weights with zeros in a pattern, in the order of a filter in a file: [outputs, taps, inputs]. */
function sparseWeights(zeros: string, count: number): Int8Array {
  const [, first, second] =
    /^(1|block|any):(\d+)$/.exec(zeros) ?? fail(`--zeros: got ${zeros}, expected 1:M, block:PERCENT or any:PERCENT`)
  const r = random(3)
  const weight = () => (1 + r.integer(127)) * (r.integer(2) ? 1 : -1)
  const weights = new Int8Array(count)
  if (first === '1') {
    const of = whole(second, '--zeros')
    for (let i = 0; i < count; i += of) weights[Math.min(count - 1, i + r.integer(of))] = weight()
    return weights
  }
  const run = first === 'block' ? 4 : 1
  // As `holter prune` cuts: exactly so many, wherever they lie.
  const runs = Array.from({ length: Math.floor(count / run) }, (_, i) => ({ i, at: r.uniform() }))
  const kept = runs.sort((a, b) => a.at - b.at).slice(0, Math.round(runs.length * (1 - Number(second) / 100)))
  for (const { i } of kept) for (let j = 0; j < run; j++) weights[i * run + j] = weight()
  return weights
}
