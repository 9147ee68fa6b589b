import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CompilerJob, compileInThread, warmCompilers } from '../../src-ts/codegen/compiler-threads.ts'

const job = (text: string): CompilerJob => ({
  text,
  target: 'scalar',
  features: [],
  memoryBytes: 1,
  segments: [{ address: 0, bytes: Uint8Array.of(7) }],
})
const first = job('export function first(): i32 { return load<u8>(0) }')

const test = suite('compiler threads')

test('several jobs at once give what each gives alone', async () => {
  warmCompilers()
  const alone = await compileInThread(first)
  const together = await Promise.all([1, 2, 3, 4].map(() => compileInThread(first)))
  for (const answer of together) assert.equal(answer, alone)
  if (!('wasm' in alone)) throw new Error(alone.refused)
  const { instance } = await WebAssembly.instantiate(alone.wasm as BufferSource, {})
  assert.is((instance.exports as { first(): number }).first(), 7)
})

test('text that does not compile is refused with what asc says, and the thread goes on', async () => {
  const refused = await compileInThread(job('export function broken(): i32 { return missing }'))
  assert.match('refused' in refused ? refused.refused : '', /Cannot find name 'missing'/)
  assert.ok('wasm' in (await compileInThread(first)))
})

test('a module that would need an import is refused by its name', async () => {
  const refused = await compileInThread(job('declare function host(): i32\nexport function f(): i32 { return host() }'))
  assert.match('refused' in refused ? refused.refused : '', /imports model\.host/)
})

test('threads that were never asked keep no process alive', () => {
  const program = `
    await import('./tools/typescript.mjs')
    const { compileInThread, warmCompilers } = await import('./src-ts/codegen/compiler-threads.ts')
    warmCompilers()
    await compileInThread(${JSON.stringify({ ...first, segments: [] })})`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.is(status, 0, stderr)
})

test.run()
