import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import { openSynthetic } from '../../src-ts/ecg/synthetic/synthetic.ts'
import { loadModel } from '../../src-ts/engines/model.ts'
import { node } from '../../src-ts/engines/node.ts'
import { predictInt8 } from '../../src-ts/engines/predict.ts'
import { withSession } from '../../src-ts/engines/session.ts'
import { random } from '../../src-ts/random.ts'
import type { HopFigures } from '../../src-ts/runs/stream.ts'
import { difference } from '../../tools/random-networks/run-program.ts'
import { runHolter } from '../helpers/holter-process.ts'

const dir = mkdtempSync(join(tmpdir(), 'holter-stream-'))
const shipped = 'models/gap-cnn-causal.tflite'
const simd = { flavour: 'simd' }
const test = suite('stream')

function holter(...args: string[]): string {
  const { status, stdout, stderr } = runHolter(args)
  assert.is(status, 0, stderr)
  return stdout
}

test('gap-cnn-causal: 18 times fewer MACs at a hop of 0.1 s with all phases, 25 times at 0.32 s', () => {
  const figures = JSON.parse(holter('inspect', shipped, '--streaming', '--json')) as HopFigures[]
  const times = new Map(figures.map(({ hop, macs, windowMacs }) => [hop, windowMacs / macs]))
  assert.ok(times.get(10)! >= 18, `${times.get(10)}`)
  assert.ok(times.get(32)! >= 25, `${times.get(32)}`)
  const memory = figures.find(({ hop }) => hop === 32)!
  assert.ok(memory.stateBytes < 4_000 && memory.arenaBytes < memory.windowArenaBytes / 5, JSON.stringify(memory))
})

for (const hop of [10, 32]) {
  test(`gap-cnn-causal, hop ${hop}: the module that is written pushes the bytes of whole windows`, async () => {
    const path = join(dir, `hop${hop}.tflite`)
    const figures = JSON.parse(holter('stream', shipped, '--hop', `${hop}`, '-o', path, '--json')) as HopFigures
    const [whole, stream] = [loadModel(shipped), loadModel(path)]
    const hopBytes = rowBytes(stream.graph, stream.graph.inputs)
    const windowBytes = rowBytes(whole.graph, whole.graph.inputs)
    const count = figures.fillingHops + 50
    const draw = random(hop)
    const samples = Int8Array.from({ length: count * hopBytes }, () => draw.integer(256))
    const pushed = await withSession(node, stream, simd, session => session.push(samples, count))
    await withSession(node, whole, simd, async session => {
      for (let i = figures.fillingHops - 1; i < count; i++) {
        const end = (i + 1) * hopBytes
        const expected = await session.run(samples.subarray(end - windowBytes, end), 1)
        assert.is(difference(pushed.subarray(i * 5, i * 5 + 5), expected), undefined, `push ${i}`)
      }
    })
  })
}

test('a stream scores as its windows do: each record ends in the same logits', async () => {
  const path = join(dir, 'scored.tflite')
  holter('stream', shipped, '--hop', '300', '-o', path)
  const { validation } = (await openSynthetic(1, ['validation'], 40)).splits
  const [whole, hops] = await Promise.all([shipped, path].map(file => predictInt8(loadModel(file), validation!)))
  assert.equal(hops.logits, whole.logits)
})

test('a compiled stream exports push and reset beside run, and its manifest names the states', () => {
  const path = join(dir, 'small.tflite')
  holter('stream', shipped, '--hop', '32', '-o', path)
  holter('compile', path, '--flavour', 'scalar', '--out', join(dir, 'small'))
  const module = new WebAssembly.Module(readFileSync(join(dir, 'small/small.scalar.wasm')))
  const names = WebAssembly.Module.exports(module).map(each => each.name)
  for (const name of ['memory', 'input', 'output', 'run', 'push', 'reset']) assert.ok(names.includes(name), name)
  const manifest = JSON.parse(readFileSync(join(dir, 'small/manifest.json'), 'utf8'))
  assert.is(manifest.states.length, 6)
  assert.equal(manifest.metadata.provenance.stream.window, 1000)
})

test('a padded network is refused by the name of its node, and nothing is written; its causal form is not', () => {
  const out = join(dir, 'padded.tflite')
  const args = ['stream', 'models/gap-cnn.tflite', '--hop', '32', '-o', out]
  const { status, stderr } = runHolter(args)
  assert.is(status, 1)
  assert.match(stderr, /node "conv1-relu": its outer rows see the zeros beyond the border of a window/)
  assert.not(existsSync(out))
  assert.match(holter(...args, '--causal'), /The window is full after 32 pushes/)
})

test.after(() => rmSync(dir, { recursive: true, force: true }))

test.run()
