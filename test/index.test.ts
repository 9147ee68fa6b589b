import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { probeInputs } from '../src-ts/engines/parity.ts'
import {
  compile,
  engines,
  evaluate,
  HolterError,
  importModel,
  inspect,
  inspectionFigures,
  loadModel,
  quantizeFile,
  run,
  verify,
  withSession,
} from '../src-ts/index.ts'

const test = suite('the library')
const root = fileURLToPath(new URL('..', import.meta.url))
const model = join(root, 'models/ecg-tiny.tflite')
const dir = mkdtempSync(join(tmpdir(), 'holter-library-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))

/** Everything that a script loads, ES modules and CommonJS, and what it prints. */
function loadedBy(script: string): { modules: string[]; printed: string } {
  const hooks = ['./tools/typescript.mjs', './test/helpers/record-imports.mjs'].flatMap(file => ['--import', file])
  const required = `import { createRequire } from 'node:module'
    for (const file of Object.keys(createRequire(import.meta.url).cache)) console.error('loaded ' + file)`
  const text = `${script}\n${required}`
  const args = [...hooks, '--input-type=module', '-e', text]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  assert.is(status, 0, stderr)
  return { modules: [...stderr.matchAll(/^loaded (.+)$/gm)].map(([, name]) => name), printed: stdout }
}

const heavy = ['@tensorflow/', 'binaryen', 'assemblyscript', 'vega', 'commander', 'cli-progress', 'src-ts/commands']

test('importing it loads nothing heavy, and no terminal', () => {
  const { modules } = loadedBy(`await import('./src-ts/index.ts')`)
  assert.ok(
    modules.some(name => name.endsWith('/src-ts/runs/train.ts')),
    'what is loaded was seen',
  )
  const found = modules.filter(name => heavy.some(part => name.split('node_modules/').at(-1)!.includes(part)))
  assert.equal(found, [])
})

test('inspecting a model needs no compiler, compiling it no TensorFlow, and neither prints', () => {
  const inspected = loadedBy(`const { inspect } = await import('./src-ts/index.ts')
    inspect({ model: ${JSON.stringify(model)} })`)
  const loads = (modules: readonly string[], part: string) =>
    modules.some(name => name.includes(`node_modules/${part}`))
  assert.not.ok(loads(inspected.modules, 'assemblyscript'))
  const compiled = loadedBy(`const { compile } = await import('./src-ts/index.ts')
    await compile({ model: ${JSON.stringify(model)}, flavour: 'scalar', out: ${JSON.stringify(join(dir, 'quiet'))} })`)
  assert.ok(loads(compiled.modules, 'assemblyscript'), 'what is loaded was seen')
  assert.not.ok(loads(compiled.modules, '@tensorflow'))
  assert.is(inspected.printed + compiled.printed, '')
})

test('a program compiles, verifies, runs and inspects a model', async () => {
  const { builds, written } = await compile({ model, flavour: 'simd', out: join(dir, 'tiny') })
  assert.is(builds.length, 1)
  assert.ok(written.some(({ file }) => file === 'ecg-tiny.simd.wasm'))
  const titles: string[] = []
  const watch = (title: string) => {
    titles.push(title)
    return { update() {}, stop() {} }
  }
  const rows = await verify({ model, inputs: 2, flavour: 'simd' }, { watch })
  assert.ok(rows.some(({ engine, outputs }) => engine === 'node' && outputs > 0))
  assert.ok(rows.every(({ differing }) => differing === 0))
  assert.equal(titles, ['verify'])

  const loaded = loadModel(model)
  const [shape] = loaded.graph.inputs.map(i => loaded.graph.tensors[i].shape)
  const inputs = probeInputs(loaded, 2)
  const { outputs, count } = await run({ model, inputs: [{ shape: [2, ...shape.slice(1)], data: inputs }] })
  const node = engines.find(({ name }) => name === 'node')!
  const bytes = await withSession(node, loaded, { flavour: 'scalar' }, session => session.run(inputs, 2))
  assert.is(count, 2)
  assert.equal([...outputs[0].data], [...bytes])

  const inspected = inspect({ model })
  const { macs } = await inspectionFigures(inspected)
  assert.is(macs, builds[0].manifest.macs)
})

test('a program imports and quantizes models of others', async () => {
  const calibrate = [join(dir, 'rows.npy')]
  const notes = join(dir, 'notes.txt')
  writeFileSync(notes, 'no model')
  const refusal = async (run: () => unknown) =>
    Promise.resolve()
      .then(run)
      .then(
        () => '',
        error => error.message,
      )
  const out = join(dir, 'never.tflite')
  assert.match(await refusal(() => importModel({ model: notes, calibrate, out })), /no model that can be imported/)
  assert.match(await refusal(() => quantizeFile({ model, calibrate, out })), /is not float32 \(got int8\)/)
})

test('evaluating stops at its signal, and says which data it took', async () => {
  const { ECG_DATA_DIR: _, ...environment } = process.env
  const before = process.env
  process.env = { ...environment, HOLTER_CACHE_DIR: join(dir, 'no-cache') }
  try {
    const said: string[] = []
    const signal = AbortSignal.abort()
    await evaluate({ model }, { signal, say: sentence => said.push(sentence) }).then(
      () => assert.unreachable('it went on'),
      error => assert.is(error.name, 'AbortError'),
    )
    assert.match(said[0], /^Data: synthetic records/)
  } finally {
    process.env = before
  }
})

test('what a user can repair is one sentence', async () => {
  await verify({ model: 'no/such.tflite' }).then(
    () => assert.unreachable('there is no such file'),
    error => {
      assert.instance(error, HolterError)
      assert.match(error.message, /^\[file\] no\/such\.tflite: /)
    },
  )
})

test.run()
