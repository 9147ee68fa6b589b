import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fitToValidation } from '../../src-ts/metrics/fitted.ts'
import { ecgTiny } from '../../src-ts/networks/ecg-tiny.ts'
import { networkShape, type Recipe } from '../../src-ts/networks/network.ts'
import { modelMetadata } from '../../src-ts/runs/model-metadata.ts'
import { ptbxlSuperclass as task } from '../../src-ts/tasks/ptbxl-superclass.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { floatModelFiles, saveFloatModel } from '../../src-ts/train/float-model.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { runHolter } from '../helpers/holter-process.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('--synthetic')
const native = withTfjs('--synthetic', test)
const dir = mkdtempSync(join(tmpdir(), 'holter-synthetic-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))
const data = { name: 'ptb-xl', synthetic: false, sha256: '00' }

/** Writes an untrained model that says that it learned from real records, and returns its folder. */
async function untrained(tf: Tf): Promise<string> {
  const recipe: Recipe = { ...ecgTiny.recipe, augment: false, cropSamples: 50, batchSize: 256 }
  const provenance = { command: 'holter train ecg-tiny', recipe, data }
  const model = ecgTiny.build(tf, networkShape(task), 1)
  const metadata = modelMetadata(task, ecgTiny.name, { mean: 0, deviation: 1 }, fitToValidation(task), provenance)
  await saveFloatModel(tf, model, metadata, join(dir, 'real'))
  model.dispose()
  return join(dir, 'real')
}

const provenanceAt = (out: string) =>
  JSON.parse(readFileSync(floatModelFiles(out).model, 'utf8')).userDefinedMetadata.holter.provenance

native('a model of real records gets synthetic ones only by --synthetic, and says so from then on', async tf => {
  process.env.HOLTER_CACHE_DIR = join(dir, 'no-cache')
  const path = await untrained(tf)
  const [pruned, file, page] = ['real-pruned', 'real.tflite', 'real.html'].map(name => join(dir, name))
  const commands = [
    ['prune', path, '--epochs', '1', '--out', pruned],
    ['quantize', path, '--out', file],
  ]
  for (const args of commands) {
    const { status, stderr } = runHolter(args)
    assert.is(status, 1)
    assert.match(stderr, /real: this model learned from real records, and none were found here\. .*--synthetic/)
  }
  assert.not(existsSync(file), 'nothing was written')
  for (const args of commands) {
    const { status, stdout, stderr } = runHolter([...args, '--synthetic'])
    assert.is(status, 0, stderr)
    assert.match(stdout, /^SYNTHETIC records/m)
    assert.match(stderr, /asked for by --synthetic/)
  }
  const { data: prunedOn, from } = provenanceAt(pruned)
  assert.equal([prunedOn.synthetic, from.data.synthetic], [true, false])
  const { metadata } = readTflite(readFileSync(file), file)
  const { quantization, data: trainedOn } = metadata!.provenance as Record<string, { data?: { synthetic: boolean } }>
  assert.is(quantization.data?.synthetic, true)
  assert.equal(trainedOn, data)
  const scored = runHolter(['evaluate', file, '--synthetic', '--html', page, '--json'])
  assert.match(JSON.parse(scored.stdout).notes.join(), /real\.tflite was made with SYNTHETIC records/)
  assert.match(readFileSync(page, 'utf8'), /made with SYNTHETIC records/)
  assert.match(runHolter(['inspect', file]).stdout, /records +SYNTHETIC/)
})

test('synthetic records lie in no folder, and cannot stand in for MIT-BIH', () => {
  for (const [args, message] of [
    [['train', 'ecg-tiny', '--data', dir], /--synthetic: synthetic records lie in no folder, and --data names one/],
    [['train', 'beat-rr'], /mitbih-aami: synthetic records cannot stand in/],
  ] as const)
    assert.match(runHolter([...args, '--synthetic']).stderr, message)
})

test.run()
