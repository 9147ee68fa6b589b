import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadModel } from '../src-ts/engines/model.ts'
import { makeFolder, temporaryFolder, writeFile } from '../src-ts/files.ts'
import { timesChart } from './bench-chart.ts'

/** What measure.py prints of an engine and a network. */
interface Timing {
  readonly engine: string
  readonly model: string
  readonly version?: string
  readonly runs: number
  readonly rounds: number
  readonly min_ms: number
  /** Process start to the first result. */
  readonly load_ms: number
  readonly failed?: true
}

const OURS = 'holter'
const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: process.env.HOLTER_PEERS_DIR },
    models: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    'node-dir': { type: 'string', default: 'node' },
    net: { type: 'string' },
    engine: { type: 'string', default: 'litert,litert-builtin' },
    before: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    out: { type: 'string', default: 'build/bench' },
  },
})
const peers = values.peers ?? ''
const models = values.models ?? join(peers, 'models')
for (const file of [join(peers, 'measure.py'), join(models, 'manifest.json')]) {
  if (!existsSync(file))
    fail(`${file}: not found. Name the folder of the peers by --peers and that of their networks by --models.`)
}
const nets = values.net?.split(',') ?? Object.keys(JSON.parse(readFileSync(join(models, 'manifest.json'), 'utf8')))
const folder = temporaryFolder('bench')
const timings: Timing[] = []
const sizes: Record<string, number> = {}
try {
  for (const net of nets) {
    const wasm = await loadModel(join(models, `${net}.int8.tflite`)).module('simd')
    sizes[net] = wasm.length
    writeFile(join(folder, `${net}.wasm`), wasm)
    const measured = measure(net)
    timings.push(...measured)
    console.log(sentence(net, measured))
  }
} finally {
  rmSync(folder, { recursive: true })
}
makeFolder(values.out)
const processor = cpus()[0].model.trim()
writeFile(join(values.out, 'bench.json'), `${JSON.stringify({ processor, moduleBytes: sizes, timings }, null, 2)}\n`)
writeFile(join(values.out, 'bench.svg'), await picture())
console.log(`${processor}; bench.json and bench.svg in ${values.out}`)

function fail(problem: string): never {
  console.error(`[bench] ${problem}`)
  process.exit(1)
}

/** Runs measure.py on one network with our module as a further engine. */
function measure(net: string): Timing[] {
  const worker = `${values.python} ${join(peers, 'wasm_proto', 'wasm_worker.py')}`
  const ours = [`${OURS}=${worker} ${join(folder, `${net}.wasm`)}`]
  if (values.before) ours.push(`before=${worker} ${join(values.before, `${net}.wasm`)}`)
  const args = ['--models', models, '--node-dir', values['node-dir'], '--net', net, '--rounds', values.rounds]
  const engines = ['--engine', ...values.engine.split(','), '--wasm', ...ours]
  const run = spawnSync(values.python, [join(peers, 'measure.py'), ...args, ...engines], { encoding: 'utf8' })
  if (run.status !== 0)
    fail(`measure.py stopped on ${net}: ${run.stderr?.trim().split('\n').at(-1) || run.error?.message}`)
  const lines: Timing[] = run.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  return lines.filter(({ failed }) => !failed)
}

/** Minima, since other work on the machine only ever adds. */
function timesOurs(measured: readonly Timing[]): { engine: string; model: string; times: number }[] {
  const ours = measured.find(({ engine }) => engine === OURS)!
  return measured.map(({ engine, model, min_ms }) => ({ engine, model, times: min_ms / ours.min_ms }))
}

function sentence(net: string, measured: readonly Timing[]): string {
  const others = timesOurs(measured).filter(({ engine }) => engine !== OURS)
  const { load_ms: load } = measured.find(({ engine }) => engine === OURS)!
  const times = others.map(({ engine, times }) => `${engine} ${times.toFixed(2)}`).join(', ')
  return `${net}: ${times} times as long as ${OURS}; module ${sizes[net]} bytes, start to first result ${load} ms`
}

/** Bars of how many times as long as our module each engine needs, network by network. */
function picture(): Promise<string> {
  const models = [...new Set(timings.map(({ model }) => model))]
  const rows = models.flatMap(model => timesOurs(timings.filter(each => each.model === model)))
  return timesChart(
    rows.map(({ model, engine, times }) => ({ name: `${model}, ${engine}`, times })),
    `time of an inference, ${OURS} = 1`,
  )
}
