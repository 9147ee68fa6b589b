import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel } from '../../src-ts/engines/model.ts'
import { node } from '../../src-ts/engines/node.ts'
import { tfliteMicro } from '../../src-ts/engines/tflite-micro.ts'
import { benchModel } from '../../src-ts/runs/bench.ts'
import { skip } from '../helpers/environment.ts'

const test = suite('runs/bench')
const model = loadModel('models/beat-rr.tflite')

test('times every flavour of an engine, and loads no module for the first time', async () => {
  const rows = await benchModel(model, [node], 8)
  assert.equal(
    rows.map(({ engine, flavour, reps }) => [engine, flavour, reps]),
    node.forms.map(({ flavour }) => ['node', flavour, 8]),
  )
  for (const { minNs, medianNs, gigaMacsPerSecond, loadMs, moduleBytes } of rows) {
    assert.ok(minNs > 0 && minNs <= medianNs && gigaMacsPerSecond > 0 && loadMs > 0 && moduleBytes! > 10_000)
  }
})

const missing = tfliteMicro.missing()
if (missing) skip('runs/bench', 'the ratio to tflite-micro', missing)
else {
  test('compares with tflite-micro by the medians', async () => {
    const rows = await benchModel(model, [node, tfliteMicro], 8)
    const truth = rows.at(-1)!
    assert.equal([truth.engine, truth.timesTfliteMicro, truth.moduleBytes], ['tflite-micro', 1, undefined])
    for (const row of rows) assert.is(row.timesTfliteMicro, truth.medianNs / row.medianNs)
  })
}

test.run()
