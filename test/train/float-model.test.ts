import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '@tensorflow/tfjs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../../src-ts/errors.ts'
import type { Metadata } from '../../src-ts/ir/metadata.ts'
import { floatModelFiles, loadFloatModel, saveFloatModel } from '../../src-ts/train/float-model.ts'
import { readWeights, valuesOf } from '../../src-ts/train/model-weights.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { sineClasses, tinyNetwork } from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('float-model')
const native = withTfjs('float-model', test)
const dir = mkdtempSync(join(tmpdir(), 'holter-float-model-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))

const { leads, labels, sampleRateHz, samples } = sineClasses('train', 1)
const metadata: Metadata = {
  version: 1,
  task: 'sines',
  network: 'tiny',
  labels: [...labels],
  leads: [...leads],
  sampleRateHz,
  samples,
  kind: 'multi-label',
  unit: 'mV',
  mean: 0.25,
  deviation: 2,
  thresholds: [0.3, 0.5, 0.1],
  rounding: 'tflm-double',
  provenance: { seed: 1, records: { train: 96 } },
}

async function saved(tf: Tf, name: string): Promise<string> {
  const model = tinyNetwork(tf, 1)
  await saveFloatModel(tf, model, metadata, join(dir, name))
  model.dispose()
  return join(dir, name)
}

async function refused(tf: Tf, at: string, message: RegExp): Promise<void> {
  try {
    await loadFloatModel(tf, at)
  } catch (error) {
    assert.instance(error, HolterError)
    assert.match((error as Error).message, message)
    return
  }
  assert.unreachable(`expected ${message}`)
}

native('a model comes back with its weights, its metadata and its outputs', async tf => {
  const model = tinyNetwork(tf, 1)
  await saveFloatModel(tf, model, metadata, join(dir, 'a'))
  assert.equal(readdirSync(join(dir, 'a')).sort(), ['model.json', 'weights.bin'])
  const loaded = await loadFloatModel(tf, join(dir, 'a'))
  assert.equal(loaded.metadata, metadata)
  assert.is(loaded.model.name, 'tiny')
  assert.equal([...readWeights(loaded.model)], [...readWeights(model)])
  const plain = await tf.loadLayersModel(`file://${floatModelFiles(join(dir, 'a')).model}`)
  const outputs = [model, loaded.model, plain].map(each =>
    tf.tidy(() => valuesOf(each.predict(tf.linspace(-1, 1, 128).reshape([1, 64, 2])) as Tensor)),
  )
  assert.equal(outputs[1], outputs[0])
  assert.equal(outputs[2], outputs[0])
  for (const each of [model, loaded.model, plain]) each.dispose()
})

native('the same model gives the same bytes', async tf => {
  const [one, two] = [await saved(tf, 'same-1'), await saved(tf, 'same-2')]
  for (const name of ['model.json', 'weights.bin']) {
    assert.ok(readFileSync(join(one, name)).equals(readFileSync(join(two, name))), name)
  }
})

native('other files of the folder stay', async tf => {
  const at = await saved(tf, 'shared')
  writeFileSync(join(at, 'card.md'), 'kept')
  await saved(tf, 'shared')
  assert.equal(readdirSync(at).sort(), ['card.md', 'model.json', 'weights.bin'])
})

native('missing files are named', async tf => {
  await refused(
    tf,
    join(dir, 'nowhere'),
    /nowhere\/model\.json: cannot be read: it does not exist.*holter train writes/,
  )
  const at = await saved(tf, 'no-weights')
  rmSync(join(at, 'weights.bin'))
  await refused(tf, at, /no-weights\/weights\.bin: cannot be read: it does not exist/)
})

native('damaged files are named', async tf => {
  const at = await saved(tf, 'damaged')
  const { model, weights } = floatModelFiles(at)
  const [json, bytes] = [readFileSync(model, 'utf8'), readFileSync(weights)]
  writeFileSync(weights, bytes.subarray(0, 100))
  await refused(tf, at, /weights\.bin: the weights are not the ones .* \(got 100 bytes, expected \d{4}\)/)
  bytes[5] ^= 1
  writeFileSync(weights, bytes)
  await refused(tf, at, /weights\.bin: the weights are not the ones .* \(got another SHA-256\)/)
  bytes[5] ^= 1
  writeFileSync(weights, bytes)
  writeFileSync(model, json.slice(0, 300))
  await refused(tf, at, /model\.json: this is not JSON.*may be cut off/)
  writeFileSync(model, '{"a":1}')
  await refused(tf, at, /model\.json: this is not the model\.json of a tfjs LayersModel; modelTopology/)
  const whole = JSON.parse(json)
  writeFileSync(model, JSON.stringify({ ...whole, modelTopology: {} }))
  await refused(tf, at, /model\.json: its layers make no model: .*Copy the file again, or train again/)
})

native('a model without metadata, or with wrong metadata, is refused', async tf => {
  const at = await saved(tf, 'no-metadata')
  const { model } = floatModelFiles(at)
  const json = JSON.parse(readFileSync(model, 'utf8'))
  const { userDefinedMetadata, ...bare } = json
  writeFileSync(model, JSON.stringify(bare))
  await refused(tf, at, /no-metadata\/model\.json: the model has no \(valid\) holter metadata/)
  userDefinedMetadata.holter.deviation = 0
  writeFileSync(model, JSON.stringify({ ...bare, userDefinedMetadata }))
  await refused(tf, at, /holter\.deviation/)
})

test.run()
