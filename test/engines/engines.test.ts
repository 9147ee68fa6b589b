import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { engines } from '../../src-ts/engines/index.ts'
import { runnable } from '../../src-ts/engines/model.ts'
import { compareEngines, probeInputs } from '../../src-ts/engines/parity.ts'
import { reference } from '../../src-ts/engines/reference.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { skip } from '../helpers/environment.ts'
import { graphOf } from '../helpers/one-node.ts'

const ROWS = 9
const suiteName = 'engines'
const test = suite(suiteName)

/** One network with one input, one with two. */
const models = ['conv2d', 'add'].map(kind => {
  const graph = graphOf(kind, opByKind(kind).cases()[0])
  return runnable(writeTflite(graph), graph.name)
})

for (const engine of engines.filter(one => one !== reference)) {
  const missing = engine.missing()
  if (missing) {
    assert.not.match(missing, /\n|\.$/, `${engine.name} says in one clause why it cannot run`)
    skip(suiteName, engine.name, missing)
    continue
  }
  test(`${engine.name} gives the bytes of the reference in all its forms`, async () => {
    assert.ok(engine.forms.length > 0)
    for (const model of models) {
      for (const row of await compareEngines(model, [engine], probeInputs(model, ROWS), ROWS)) {
        assert.is(row.differing, 0, `${model.graph.name} ${row.flavour}: ${row.first}`)
      }
    }
  })
}

test.run()
