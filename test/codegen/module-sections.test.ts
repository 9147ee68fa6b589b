import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { build, planModule } from '../../src-ts/codegen/build.ts'
import { readManifest } from '../../src-ts/codegen/manifest.ts'
import { customSection, moduleSections } from '../../src-ts/codegen/module-sections.ts'
import { tinyNetwork } from '../helpers/tiny-network.ts'

const test = suite('codegen/module-sections')

test('a section is what V8 reads, and a module cut anywhere has none', async () => {
  const { wasm, manifest } = await build(planModule(tinyNetwork(), 'scalar'), 'abc')
  const [expected] = WebAssembly.Module.customSections(new WebAssembly.Module(wasm as BufferSource), 'holter')
  const found = customSection(moduleSections(wasm)!, 'holter')!
  assert.ok(Buffer.from(found).equals(Buffer.from(expected)))
  assert.is(customSection(moduleSections(wasm)!, 'name'), undefined)
  assert.is(readManifest(wasm, 'tiny').modelSha256, manifest.modelSha256)
  for (let length = 0; length < wasm.length; length++) {
    const cut = moduleSections(wasm.subarray(0, length))
    assert.ok(!cut || !customSection(cut, 'holter'))
  }
})

test.run()
