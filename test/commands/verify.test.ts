import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { build, planModule } from '../../src-ts/codegen/build.ts'
import { emitProgram } from '../../src-ts/codegen/emit.ts'
import { runnable } from '../../src-ts/engines/model.ts'
import { sha256, writeFile } from '../../src-ts/files.ts'
import { makePlan } from '../../src-ts/plan/make-plan.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'holter-verify-'))
const file = join(root, 'models/gap-cnn.tflite')
const holter = (...args: string[]) =>
  spawnSync(process.execPath, ['tools/holter.mjs', ...args], { cwd: root, encoding: 'utf8' })

const test = suite('verify')

test('the shipped model: every engine found here gives the bytes of the reference', () => {
  const { status, stdout, stderr } = holter('verify', file, '--inputs', '8', '--json')
  assert.is(status, 0, stderr)
  const rows = JSON.parse(stdout) as {
    engine: string
    flavour: string
    outputs: number
    differing: number
    skipped?: string
  }[]
  assert.equal(
    rows.filter(r => r.engine === 'node').map(r => r.flavour),
    ['scalar', 'simd'],
  )
  for (const row of rows) assert.is(row.differing, 0, `${row.engine} ${row.flavour}`)
  for (const row of rows.filter(r => !r.skipped)) assert.is(row.outputs, 8 * 5)
})

test('one changed weight byte of a live channel is found, and the first differing output named', async () => {
  const tflite = readFileSync(file)
  const { graph } = runnable(tflite, 'gap-cnn.tflite')
  const { wasm } = await build(planModule(graph, 'simd'), sha256(tflite))
  const changed = changeOneWeight(wasm, emitProgram(makePlan([graph], 'simd'), '').segments[0].bytes)
  writeFile(join(dir, 'good.wasm'), wasm)
  writeFileSync(join(dir, 'changed.wasm'), changed)
  assert.is(holter('verify', file, '--inputs', '4', '--module', join(dir, 'good.wasm')).status, 0)
  const { status, stdout } = holter('verify', file, '--inputs', '16', '--module', join(dir, 'changed.wasm'))
  assert.is(status, 1)
  assert.match(stdout, /node simd, first difference: input \d+, output ".+" \[\d\]: got -?\d+, expected -?\d+/)
})

/** Finds the first layer's packed weights in the module and turns the largest byte of their start around. */
function changeOneWeight(wasm: Uint8Array, weights: Uint8Array): Uint8Array {
  // Runs of zeros split segments, so a stretch without zeros is looked for.
  const start = weights.findIndex((_, i) => i + 8 <= weights.length && weights.subarray(i, i + 8).every(w => w !== 0))
  const needle = Buffer.from(weights.subarray(start, start + 8))
  const at = Buffer.from(wasm).indexOf(needle)
  assert.ok(at > 0, 'weights stand in the module')
  const copy = Uint8Array.from(wasm)
  copy[at] = copy[at] > 127 ? 127 : 129
  return copy
}

test.after(() => rmSync(dir, { recursive: true }))
test.run()
