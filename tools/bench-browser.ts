import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpus } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { parseArgs } from 'node:util'
import { readManifest } from '../src-ts/codegen/manifest.ts'
import { browserProgram, chromium, openPage } from '../src-ts/engines/chromium.ts'
import { loadModel } from '../src-ts/engines/model.ts'
import { probeInputs } from '../src-ts/engines/parity.ts'
import { makeFolder, writeFile } from '../src-ts/files.ts'
import { rowRunner } from '../src-ts/reference/run.ts'
import { timesChart } from './bench-chart.ts'

/** Builds of LiteRT.js: with relaxed SIMD, which it takes where the browser has it, and without. */
const BUILDS = { relaxed: 'litert_wasm_internal.js', compat: 'litert_wasm_compat_internal.js' }
const OURS = ['simd', 'relaxed'] as const
const PROBE_ROWS = 4

/** What the page returns of a network. */
interface Measured {
  /** Milliseconds of an inference, one for each round. */
  readonly times: Readonly<Record<string, number[]>>
  /** Bytes of our modules that differ from the reference. */
  readonly different: Readonly<Record<string, number>>
}

/** One line of bench-browser.json. */
interface Timing {
  readonly network: string
  /** The build of LiteRT.js beside which it was measured. */
  readonly page: keyof typeof BUILDS
  readonly engine: string
  readonly minMs: number
  readonly medianMs: number
}

const { values } = parseArgs({
  options: {
    models: { type: 'string' },
    'node-dir': { type: 'string' },
    net: { type: 'string' },
    before: { type: 'string' },
    rounds: { type: 'string', default: '200' },
    out: { type: 'string', default: 'build/bench' },
  },
})
const models = values.models ?? fail('--models is missing: name the folder that make_models.py wrote')
const modules = join(
  values['node-dir'] ?? fail('--node-dir is missing: name a folder with node_modules'),
  'node_modules',
)
for (const file of [
  join(models, 'manifest.json'),
  join(modules, '@litertjs', 'core'),
  join(modules, 'onnxruntime-web'),
]) {
  if (!existsSync(file)) fail(`${file}: not found. See tools/bench-browser --help`)
}
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) fail(`--rounds ${values.rounds}: expected a whole number from 1 on`)
const missing = chromium.missing()
if (missing) fail(missing)
const shapes: Record<string, { shape: number[] }> = JSON.parse(readFileSync(join(models, 'manifest.json'), 'utf8'))
const nets = values.net?.split(',') ?? Object.keys(shapes)
for (const net of nets) if (!shapes[net]) fail(`${net}: no such network; there are ${Object.keys(shapes).join(', ')}`)

/** What the server gives beside files: modules, a probe's inputs, and the reference's outputs. */
const made = new Map<string, Uint8Array>()
const ours = new Map<string, { name: string; address: number; outputAddress: number }[]>()
const server = await serve()
const timings: Timing[] = []
try {
  for (const net of nets) ours.set(net, await makeModules(net))
  for (const page of Object.keys(BUILDS) as (keyof typeof BUILDS)[]) await measurePage(page)
} finally {
  server.close()
}
const processor = cpus()[0].model.trim()
makeFolder(values.out)
writeFile(join(values.out, 'bench-browser.json'), `${JSON.stringify({ processor, rounds, timings }, null, 2)}\n`)
writeFile(join(values.out, 'bench-browser.svg'), await picture())
for (const net of nets) console.log(sentence(net))
console.log(`${processor}; bench-browser.json and bench-browser.svg in ${values.out}`)

function fail(problem: string): never {
  console.error(`[bench] ${problem}`)
  process.exit(1)
}

/** Compiles a network, with the input and the output of a probe. Returns where its modules take and leave bytes. */
async function makeModules(net: string) {
  const model = loadModel(join(models, `${net}.int8.tflite`))
  // The last of some rows: the first ones are constant.
  const rows = probeInputs(model, PROBE_ROWS)
  const row = rows.subarray((rows.length / PROBE_ROWS) * (PROBE_ROWS - 1))
  made.set(`/ours/${net}.input`, new Uint8Array(row))
  made.set(`/ours/${net}.output`, new Uint8Array(rowRunner(model.graph)(row, 1)))
  const named: [string, Uint8Array][] = []
  for (const flavour of OURS) named.push([flavour, await model.module(flavour)])
  if (values.before) named.push(['before', readFileSync(join(values.before, `${net}.wasm`))])
  return named.map(([name, wasm]) => {
    made.set(`/ours/${net}.${name}.wasm`, wasm)
    const { inputs, outputs } = readManifest(wasm, net)
    return { name, address: inputs[0].address, outputAddress: outputs[0].address }
  })
}

/** A server of this machine, for the page alone; the headers give it a clock of microseconds. */
async function serve(): Promise<Server> {
  const types: Record<string, string> = {
    '.html': 'text/html',
    '.wasm': 'application/wasm',
    '.json': 'application/json',
  }
  const folders: Record<string, string> = { models, modules }
  const started = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://localhost').pathname)
    const [, root, ...rest] = normalize(path).split('/')
    const file =
      root === 'page.html' ? new URL('bench-browser.html', import.meta.url) : join(folders[root] ?? '', ...rest)
    const body = made.get(path) ?? (existsSync(file) && (folders[root] || root === 'page.html') && readFileSync(file))
    response.writeHead(body ? 200 : 404, {
      'content-type': types[extname(path)] ?? (/js$/.test(path) ? 'text/javascript' : 'application/octet-stream'),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    })
    response.end(body || undefined)
  })
  await new Promise<void>(done => started.listen(0, '127.0.0.1', done))
  return started
}

/** All networks in a new browser, beside one build of LiteRT.js. */
async function measurePage(page: keyof typeof BUILDS): Promise<void> {
  const { port } = server.address() as AddressInfo
  const browser = await openPage(browserProgram()!, 'bench', `http://127.0.0.1:${port}/page.html`)
  try {
    await until(() => browser.evaluate('window.ready'))
    await browser.evaluate(`start(${JSON.stringify(BUILDS[page])})`)
    for (const net of nets) {
      const args = [net, [1, ...shapes[net].shape], ours.get(net), rounds].map(each => JSON.stringify(each))
      const { times, different } = (await browser.evaluate(`measure(${args})`)) as Measured
      for (const [name, bytes] of Object.entries(different)) {
        if (bytes) fail(`${net} ${name}: ${bytes} bytes differ from the reference in ${browserProgram()}`)
      }
      for (const [name, all] of Object.entries(times)) {
        const sorted = all.toSorted((a, b) => a - b)
        const engine = name === 'LiteRT.js' ? `LiteRT.js ${page}` : name
        timings.push({ network: net, page, engine, minMs: sorted[0], medianMs: sorted[rounds >> 1] })
      }
    }
  } finally {
    await browser.close()
  }
}

/** Waits for a page: while it loads, there is nothing to evaluate in. */
async function until(ready: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; !(await ready().catch(() => false)); tries++) {
    if (tries > 300) fail('the page does not load in half a minute')
    await new Promise(done => setTimeout(done, 100))
  }
}

/** The three columns: minima, since other work on the machine only ever adds; each within one page. */
function ratios(net: string) {
  const min = (page: string, engine: string) =>
    timings.find(each => each.network === net && each.page === page && each.engine === engine)!.minMs
  const fastest = (page: string) => Math.min(...OURS.map(flavour => min(page, flavour)))
  return [
    { name: 'LiteRT.js relaxed / relaxed', times: min('relaxed', 'LiteRT.js relaxed') / min('relaxed', 'relaxed') },
    { name: 'LiteRT.js compat / simd', times: min('compat', 'LiteRT.js compat') / min('compat', 'simd') },
    { name: 'ORT-web / the faster of ours', times: min('relaxed', 'ORT-web') / fastest('relaxed') },
  ]
}

function sentence(net: string): string {
  const ms = timings
    .filter(each => each.network === net && each.page === 'relaxed')
    .map(({ engine, minMs }) => `${engine} ${minMs.toFixed(3)} ms`)
  return `${net}: ${ratios(net)
    .map(({ name, times }) => `${name} ${times.toFixed(2)}`)
    .join('; ')} (${ms.join(', ')})`
}

function picture(): Promise<string> {
  const rows = nets.flatMap(net => ratios(net).map(({ name, times }) => ({ name: `${net}, ${name}`, times })))
  return timesChart(rows, 'times as long as our module')
}
