import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { build, planModule } from '../../src-ts/codegen/build.ts'
import { compileProgram } from '../../src-ts/codegen/compile.ts'
import { modelSource } from '../../src-ts/package/c-model.ts'
import { toC } from '../../src-ts/package/form-c.ts'
import { moduleSlot } from '../../src-ts/package/module-slot.ts'
import { seededVectors } from '../../src-ts/package/vectors.ts'
import { testUnless } from '../helpers/environment.ts'
import { tinyNetwork } from '../helpers/tiny-network.ts'
import { linesOf, missingForC, sanitized } from './c-harness.ts'

// HOLTER_FUZZ_CASES=10000 for the long run.
const CASES = process.env.HOLTER_FUZZ_CASES ?? '1000'

const test = suite('package/loaders')
const missing = missingForC()
const scenes = testUnless(missing, 'package/loaders', test)
const adc = { gain: 1000, baseline: 0 }

scenes(`damaged slots and vectors are refused, under sanitizers`, async () => {
  const graph = tinyNetwork()
  const made = await build(planModule(graph, 'firmware'), '0'.repeat(64))
  const model = { graph, tflite: new Uint8Array(), module: async () => made.wasm }
  const program = sanitized(
    {
      'model.c': modelSource(made, toC(made.wasm), adc),
      'fuzz-loaders.c': readFileSync(new URL('fuzz-loaders.c', import.meta.url), 'utf8'),
    },
    ['self-test.c', 'module-slot.c'],
  )
  const slot = join(dirname(program), 'slot')
  const vectors = join(dirname(program), 'vectors')
  writeFileSync(slot, moduleSlot(made, await compileProgram(made.program), adc))
  writeFileSync(vectors, (await seededVectors(model, 8, 1)).file)
  const [line] = linesOf(program, '', [slot, vectors, CASES, '1'])
  const [refused, same, , forgedRefused, vectorsRefused] = line.split(' ').map(Number)
  assert.is(refused + same, Number(CASES))
  assert.ok(forgedRefused > 0 && vectorsRefused > Number(CASES) / 10, line)
})

test.run()
