import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CompilerJob } from '../../src-ts/codegen/compiler-threads.ts'
import { cachedModule } from '../../src-ts/codegen/module-cache.ts'
import { withEmptyCache } from '../helpers/empty-cache.ts'

const test = suite('compiled modules that are kept')
const cached = (name: string, work: (dir: string) => Promise<void>) => test(name, () => withEmptyCache(work))

const job: CompilerJob = {
  text: 'a',
  target: 'scalar',
  features: [],
  memoryBytes: 1,
  segments: [{ address: 0, bytes: Uint8Array.of(7, 8) }],
  manifest: '{}',
}
const module = Uint8Array.of(0, 1, 2, 3)
/** How many of these jobs were compiled, and what came of them. */
async function compiled(...jobs: CompilerJob[]) {
  let count = 0
  const answers = []
  for (const job of jobs) {
    answers.push(
      await cachedModule(job, async () => {
        count++
        return { wasm: module }
      }),
    )
  }
  return { count, bytes: answers.map(answer => ('wasm' in answer ? [...answer.wasm] : answer.refused)) }
}

cached('a module is compiled once; whatever decides a byte of it makes it another one', async () => {
  const { count, bytes } = await compiled(job, job)
  assert.is(count, 1)
  assert.equal(bytes, [[...module], [...module]])
  const others: Partial<CompilerJob>[] = [
    { text: 'b' },
    { target: 'simd' },
    { features: ['SIMD128'] },
    { memoryBytes: 2 },
    { heapAddress: 8 },
    { segments: [{ address: 1, bytes: Uint8Array.of(7, 8) }] },
    { segments: [{ address: 0, bytes: Uint8Array.of(7, 9) }] },
    { segments: [7, 8].map((byte, address) => ({ address, bytes: Uint8Array.of(byte) })) },
    { manifest: '{"a":1}' },
    { manifest: undefined },
  ]
  assert.is((await compiled(...others.map(other => ({ ...job, ...other })))).count, others.length)
})

cached('a damaged or truncated file is compiled anew', async dir => {
  const again = { ...job, text: 'damaged' }
  await compiled(again)
  const path = join(dir, 'modules', readdirSync(join(dir, 'modules'))[0])
  const whole = readFileSync(path)
  const flipped = Uint8Array.from(whole)
  flipped[0] ^= 1
  for (const bytes of [flipped, whole.subarray(0, 20), whole.subarray(1), Buffer.of()]) {
    writeFileSync(path, bytes)
    const { count, bytes: answers } = await compiled(again, again)
    assert.equal([count, answers[1]], [1, [...module]])
  }
})

cached('what was refused is not kept, and a cache that cannot be written costs nothing', async () => {
  let asked = 0
  const refuse = async () => {
    asked++
    return { refused: 'no' }
  }
  for (const _ of [1, 2]) assert.equal(await cachedModule({ ...job, text: 'refused' }, refuse), { refused: 'no' })
  assert.is(asked, 2)
  process.env.HOLTER_CACHE_DIR = '/proc/nothing'
  assert.is((await compiled(job, job)).count, 2)
})

test.run()
