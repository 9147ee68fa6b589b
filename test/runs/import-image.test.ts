import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { probeInputs } from '../../src-ts/engines/parity.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { runIntPasses } from '../../src-ts/passes/int/index.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { importModel } from '../../src-ts/runs/import.ts'
import { missingConverter } from '../../src-ts/tflite/convert.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { converterPython } from '../../src-ts/toolchain.ts'
import { difference, flavoursHere, runProgram } from '../../tools/random-networks/run-program.ts'
import { python, testUnless } from '../helpers/environment.ts'
import { runLitert } from '../helpers/litert.ts'
import { runTfliteMicro } from '../helpers/tflite-micro.ts'

const suiteName = 'import of vision networks'
const missing = missingConverter()
const test = suite(suiteName)
const scene = testUnless(missing, suiteName, test)
const proved = testUnless(
  missing ?? (python() ? undefined : 'no tflite-micro: npm run setup installs it'),
  suiteName,
  test,
)

const names = ['vit', 'deit', 'efficientnet-v2', 'convnext']
const ROWS = 10
/** What int8 may cost these networks, of random weights, on noise: 22 to 32 dB were seen. */
const LEAST_DECIBELS = 18
/** LiteRT's kernels round once where TFLM's round twice, and each normalization enlarges the difference: 12 steps were seen. */
const MOST_STEPS = 24

const files: { name: string; tflite: Uint8Array; graph: IntGraph; inputs: Int8Array }[] = []

test.before(async () => {
  if (missing) return
  const dir = mkdtempSync(join(tmpdir(), 'holter-vision-'))
  const script = fileURLToPath(new URL('../helpers/foreign-image-models.py', import.meta.url))
  execFileSync(converterPython()!, [script, dir], { stdio: ['ignore', 'ignore', 'pipe'] })
  const imported = names.map(async name => {
    const out = join(dir, `${name}.tflite`)
    const { outputs } = await importModel({ model: join(dir, name), calibrate: [join(dir, `${name}.npy`)], out })
    for (const { signalToNoiseDb } of outputs) assert.ok(signalToNoiseDb! > LEAST_DECIBELS, `${signalToNoiseDb} dB`)
    const tflite = readFileSync(out)
    const graph = readTflite(tflite, out)
    return { name, tflite, graph, inputs: probeInputs({ graph } as never, ROWS, 1) }
  })
  files.push(...(await Promise.all(imported)))
})

scene(
  'Keras and its converter make int8 files of all four, whose modules give the bytes of the reference',
  async () => {
    const jobs = files.map(({ graph, inputs }) => ({ graph: runIntPasses(graph), inputs, count: ROWS }))
    for (const flavour of flavoursHere) {
      for (const [i, got] of (await runProgram(jobs, flavour)).entries()) {
        assert.is(
          difference(got, rowRunner(files[i].graph)(files[i].inputs, ROWS)),
          undefined,
          `${names[i]}, ${flavour}`,
        )
      }
    }
  },
)

proved('tflite-micro, which has no GELU, gives the same bytes with RELU in its place', async () => {
  const jobs = files.map(({ graph, inputs }) => {
    const nodes = graph.nodes.map(node => (node.op === 'gelu' ? { ...node, op: 'relu', attrs: {} } : node))
    return { graph: { ...graph, nodes }, inputs, count: ROWS }
  })
  for (const [i, got] of (await runTfliteMicro(jobs)).entries()) {
    if (typeof got === 'string') throw new Error(`${names[i]}: ${got}`)
    assert.is(difference(got, rowRunner(jobs[i].graph)(jobs[i].inputs, ROWS)), undefined, names[i])
  }
})

scene('LiteRT without a delegate is near', () => {
  for (const { name, tflite, graph, inputs } of files) {
    const bytes = inputs.length / ROWS
    const rows = Array.from({ length: ROWS }, (_, i) => inputs.slice(i * bytes, (i + 1) * bytes))
    const got = runLitert(rows.map(input => ({ tflite, input }))).flatMap(output => Array.from(output))
    const steps = Array.from(rowRunner(graph)(inputs, ROWS), (q, i) => Math.abs(q - got[i]))
    assert.ok(Math.max(...steps) <= MOST_STEPS, `${name}: ${Math.max(...steps)} steps`)
  }
})

test.run()
