import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import type { Engine } from '../../src-ts/engines/engine.ts'
import { loadModel } from '../../src-ts/engines/model.ts'
import { node } from '../../src-ts/engines/node.ts'
import { pushOnce } from '../../src-ts/engines/session.ts'
import { tfliteMicro } from '../../src-ts/engines/tflite-micro.ts'
import { random } from '../../src-ts/random.ts'
import { rowStream } from '../../src-ts/reference/run.ts'
import { difference } from '../../tools/random-networks/run-program.ts'
import { python, testUnless } from '../helpers/environment.ts'

/** Streaming wake-word networks of microWakeWord, as their PyPI package holds them: int8 with uint8 outputs, variables with first values. */
const PACKAGE = 'pymicro_wakeword'
const HOPS = 100
const suiteName = 'streams of others'
const test = suite(suiteName)

/** The package's folder of models; the package itself is not loaded. */
function folder(): string | undefined {
  const interpreter = python()
  if (!interpreter) return undefined
  const program = `from importlib.util import find_spec as f; s = f('${PACKAGE}'); print(s.submodule_search_locations[0] if s else '')`
  const { stdout } = spawnSync(interpreter, ['-c', program], { encoding: 'utf8' })
  return stdout.trim() ? join(stdout.trim(), 'models') : undefined
}

const models = folder()
const missing = models
  ? undefined
  : `the Python package ${PACKAGE} is not installed: npx holter setup python installs it`
const withModels = testUnless(missing, suiteName, test)

withModels('wake-word networks run as they are: each hop gives the bytes of tflite-micro', async () => {
  const files = readdirSync(models!).filter(name => name.endsWith('.tflite'))
  assert.ok(files.length >= 4, `${files}`)
  for (const file of files) {
    const model = loadModel(join(models!, file))
    assert.ok(model.graph.states!.length >= 5, `${file} has ${model.graph.states?.length} states`)
    const draw = random(5)
    const inputs = Int8Array.from({ length: HOPS * rowBytes(model.graph, model.graph.inputs) }, () => draw.integer(256))
    const expected = rowStream(model.graph).push(inputs, HOPS)
    const here: readonly Engine[] = [node, tfliteMicro].filter(engine => !engine.missing())
    for (const engine of here) {
      const got = await pushOnce(engine, model, engine.forms.at(-1)!, inputs, HOPS)
      assert.is(difference(got, expected), undefined, `${file} in ${engine.name}`)
    }
  }
})

test.run()
