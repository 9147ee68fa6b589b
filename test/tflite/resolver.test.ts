import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runTfliteMicro } from '../../src-ts/engines/tflite-micro.ts'
import { ops } from '../../src-ts/ops/index.ts'
import { operatorCode, operatorName, tfliteName } from '../../src-ts/tflite/operator-names.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { python, skip } from '../helpers/environment.ts'
import { logisticFile, rawTflite } from '../helpers/raw-tflite.ts'

const suiteName = 'operators of tflite-micro'
const test = suite(suiteName)

/** Code of an operator that tflite-micro lacks. */
const absent = operatorCode('RNN')

/** Two nodes, of an operator and of the absent one: the resolver names the first that it lacks before any kernel is asked. */
function asking(code: number): Uint8Array {
  const nodes = [0, 1].map(place => ({ code: place, inputs: [0], outputs: [1] }))
  const codes = [code, absent].map(each => ({ old: Math.min(each, 127), code: each }))
  return rawTflite({ ...logisticFile(), codes, nodes })
}

/** Builtin operators that the resolver of the tflite-micro wheel has. */
async function resolved(): Promise<string[]> {
  const graph = readTflite(rawTflite(logisticFile()), 'small.tflite')
  const all = Array.from({ length: operatorCode('STABLEHLO_CASE') + 1 }, (_, code) => code)
  const known = all.filter(code => code !== absent)
  const jobs = known.map(code => ({ graph, tflite: asking(code), inputs: new Int8Array(0), count: 0 }))
  const said = await runTfliteMicro(jobs)
  return known.filter((_, i) => /'RNN'/.test(String(said[i]))).map(operatorName)
}

if (!python()) skip(suiteName, 'all', 'no Python environment: npm run setup makes it')
else {
  test('each is one of ours, or docs/operators.md says why not', async () => {
    const has = await resolved()
    assert.ok(has.length > 90 && has.includes('ADD') && !has.includes('GELU'), has.join(' '))
    const ours = new Set(ops.map(tfliteName))
    const text = readFileSync(new URL('../../docs/operators.md', import.meta.url), 'utf8')
    const named = new Set(text.match(/\b[A-Z][A-Z0-9_]+\b/g))
    assert.equal(
      has.filter(name => !ours.has(name) && !named.has(name)),
      [],
    )
  })
}

test.run()
