import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
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
import { writeSmallPtbXl } from '../helpers/small-ptb-xl.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('holter prune')
const native = withTfjs('holter prune', test)
const dir = mkdtempSync(join(tmpdir(), 'holter-prune-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))
const data = join(dir, 'ptb-xl')
writeSmallPtbXl(data)

/** Writes an untrained model with a provenance, and returns its folder and its number of parameters. */
async function untrained(tf: Tf, name: string, provenance: Record<string, unknown>) {
  const model = ecgTiny.build(tf, networkShape(task), 1)
  const metadata = modelMetadata(task, ecgTiny.name, { mean: 0, deviation: 1 }, fitToValidation(task), provenance)
  await saveFloatModel(tf, model, metadata, join(dir, name))
  const parameters = model.countParams()
  model.dispose()
  return { path: join(dir, name), parameters }
}

const options = ['--sparsity', '0.5', '--epochs', '1', '--seed', '3']
const prune = (path: string, out: string) => runHolter(['prune', path, '--data', data, ...options, '--out', out])

const provenanceAt = (out: string) =>
  JSON.parse(readFileSync(floatModelFiles(out).model, 'utf8')).userDefinedMetadata.holter.provenance

native('trains on by the recipe that the model records, and says all that made the new one', async tf => {
  const recipe: Recipe = { ...ecgTiny.recipe, augment: false, cropSamples: 200, batchSize: 8 }
  const own = { command: 'holter train ecg-tiny --no-augment', recipe }
  const { path, parameters } = await untrained(tf, 'own', own)
  const out = join(dir, 'pruned')
  const { status, stderr } = prune(path, out)
  assert.is(status, 0, stderr)
  const { command, seed, recipe: used, sparsity, parameters: counted, from } = provenanceAt(out)
  assert.is(command.replace(/\d+$/, 'N'), `holter prune ${path} --sparsity 0.5 --epochs 1 --seed 3 --threads N`)
  assert.equal([seed, sparsity, counted], [3, 0.5, parameters])
  assert.equal([used.augment, used.cropSamples, used.batchSize, used.epochs], [false, 200, 8, 1])
  assert.equal(from, JSON.parse(JSON.stringify(own)))
  const again = join(dir, 'pruned-again')
  assert.is(prune(out, again).status, 0)
  assert.is(provenanceAt(again).recipe.learningRate, used.learningRate, 'not a tenth of it once more')
})

native('a scan scores the model with one layer cut at a time, and writes nothing', async tf => {
  const { path } = await untrained(tf, 'scanned', {})
  const scan = (...more: string[]) => runHolter(['prune', path, '--data', data, '--scan', '--json', ...more])
  const names = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5']
  for (const [more, shares] of [
    [
      ['--method', 'channels'],
      [0.25, 0.5, 0.75, 0.9],
    ],
    [['--method', 'nm', '--pattern', '1:4'], [0.75]],
  ] as const) {
    const { status, stdout, stderr } = scan(...more)
    assert.is(status, 0, stderr)
    const figures = JSON.parse(stdout)
    assert.equal(figures.shares, shares)
    assert.equal(
      figures.layers.map(({ layer }: { layer: string }) => layer),
      names,
    )
    const scores: number[] = figures.layers.flatMap((layer: { scores: number[] }) => layer.scores)
    assert.is(scores.length, shares.length * names.length)
    assert.ok(scores.some(score => score !== figures.macroAuc))
  }
  const { status, stderr } = runHolter(['prune', path])
  assert.is(status, 2)
  assert.match(stderr, /required option '-o, --out <dir>' not specified/)
})

native('a recipe that is none is refused before any record is read', async tf => {
  const { path } = await untrained(tf, 'broken', { recipe: { ...ecgTiny.recipe, schedule: 'linear' } })
  const { status, stderr } = prune(path, join(dir, 'nothing'))
  assert.is(status, 1)
  assert.match(stderr, /^\[train\] .*broken: the model's provenance is not valid; recipe\.schedule: /m)
  assert.not.match(stderr, /Data:/)
})

native('synthetic records are the same whatever the seed, and stdout says what they are', () => {
  process.env.HOLTER_CACHE_DIR = join(dir, 'no-cache')
  const [path, out] = ['synthetic', 'pruned-synthetic'].map(name => join(dir, name))
  const short = ['--epochs', '1', '--crop-samples', '50', '--batch-size', '256']
  for (const args of [
    ['train', 'ecg-tiny', ...short, '--seed', '2', '--out', path],
    ['prune', path, ...options, '--out', out],
  ]) {
    const { status, stdout, stderr } = runHolter(args)
    assert.is(status, 0, stderr)
    assert.match(stdout, /^SYNTHETIC records: the scores say nothing about patients\.$/m)
  }
  const file = join(dir, 'synthetic.tflite')
  const quantized = runHolter(['quantize', out, '--seed', '7', '--weight-bits', '7', '--out', file, '--json'])
  assert.is(quantized.status, 0, quantized.stderr)
  const { data } = JSON.parse(quantized.stdout)
  assert.is(data.synthetic, true)
  const { tensors, metadata } = readTflite(readFileSync(file), file)
  assert.equal(metadata!.provenance.quantization, { weightBits: 7, int16: [] })
  for (const { name, type, data: weights } of tensors) {
    if (!weights || type !== 'int8') continue
    assert.ok((weights as Int8Array).every(w => Math.abs(w) <= 63))
    // What was cut is zero in the integers too; the last layer keeps all of its weights.
    if (!name.startsWith('logits')) assert.ok(weights.filter(w => w === 0).length >= weights.length / 2, name)
  }
  for (const made of [path, out]) assert.is(provenanceAt(made).data.sha256, data.sha256)
})

native('trained as integers, cut weights stay zero and the file says how it was made', () => {
  const [path, out] = ['synthetic', 'pruned-synthetic'].map(name => join(dir, name))
  const file = join(dir, 'aware.tflite')
  const flags = ['--weight-bits', '4', '--epochs', '1', '--teacher', path, '--synthetic']
  const { status, stderr } = runHolter(['quantize', out, ...flags, '--out', file])
  assert.is(status, 0, stderr)
  const { tensors, nodes, metadata } = readTflite(readFileSync(file), file)
  const { quantization } = metadata!.provenance as {
    quantization: { training: { recipe: Recipe; teachers: object[] } }
  }
  const { recipe, teachers } = quantization.training
  assert.equal([recipe.epochs, recipe.weightDecay, teachers.length], [1, 0, 1])
  for (const { op, inputs } of nodes.filter(node => node.op === 'conv2d')) {
    const weights = tensors[inputs[1]].data as Int8Array
    assert.ok(weights.filter(w => w === 0).length >= 0.5 * weights.length, op)
    assert.ok(weights.every(w => Math.abs(w) <= 7))
  }
})

test.run()
