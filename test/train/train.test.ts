import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../../src-ts/errors.ts'
import { macroAuc } from '../../src-ts/metrics/roc.ts'
import { inceptionCnn } from '../../src-ts/networks/inception-cnn.ts'
import type { Recipe } from '../../src-ts/networks/network.ts'
import { limitThreads, threadsInUse } from '../../src-ts/train/backend.ts'
import { checkpointPath } from '../../src-ts/train/checkpoint.ts'
import { readWeights, type Values } from '../../src-ts/train/model-weights.ts'
import { predictLogits } from '../../src-ts/train/predict.ts'
import { pruneModel } from '../../src-ts/train/prune/index.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { type Trained, type TrainOptions, train } from '../../src-ts/train/train.ts'
import {
  everythingRecipe,
  noScaling,
  sineClasses,
  tinyNetwork,
  tinyRecipe,
  unpaddedNetwork,
} from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('train')
const native = withTfjs('train', test)
const data = { train: sineClasses('train', 96), validation: sineClasses('validation', 48) }
const folders: string[] = []
const folder = () => {
  folders.push(mkdtempSync(join(tmpdir(), 'holter-train-')))
  return folders.at(-1)!
}
test.after(() => {
  for (const dir of folders) rmSync(dir, { recursive: true, force: true })
})

type Changes = Partial<Omit<TrainOptions, 'recipe'>> & { recipe?: Partial<Recipe> }

/** Trains a fresh tiny network, or `model`, and returns its weights with the result. */
async function run(tf: Tf, changes: Changes = {}): Promise<Trained & { weights: Values }> {
  const model = changes.model ?? tinyNetwork(tf, 1)
  try {
    const trained = await train({
      tf,
      ...data,
      standardization: noScaling,
      seed: 1,
      dataHash: 'sines',
      ...changes,
      model,
      recipe: { ...tinyRecipe, ...changes.recipe },
    })
    return { ...trained, weights: readWeights(model) }
  } finally {
    if (!changes.model) model.dispose()
  }
}

const same = (a: Values, b: Values) => assert.equal([...a], [...b])
async function refused(promise: Promise<unknown>, message: RegExp): Promise<void> {
  try {
    await promise
  } catch (error) {
    assert.instance(error, HolterError)
    assert.match((error as Error).message, message)
    return
  }
  assert.unreachable(`expected ${message}`)
}

native('a tiny network learns, and is left with its best weights', async tf => {
  const model = tinyNetwork(tf, 1)
  const { history, best, ended } = await run(tf, { model, recipe: { epochs: 20 } })
  assert.is(ended, 'complete')
  assert.equal(
    history.map(({ epoch }) => epoch),
    Array.from({ length: 20 }, (_, i) => i + 1),
  )
  assert.ok(history[19].loss < 0.6 * history[0].loss, `loss ${history[0].loss} → ${history[19].loss}`)
  assert.is(best!.score, Math.max(...history.map(epoch => epoch.score!)))
  assert.ok(best!.score! > 0.95, `macro AUC ${best!.score}`)
  const { validation: dataset } = data
  const logits = predictLogits({ tf, model, dataset, standardization: noScaling, batchSize: 7 })
  // Another batch size may round differently, which moves a rank or two at most.
  const { macro } = macroAuc({ labels: dataset.labels, targets: dataset.targets, logits })
  assert.ok(Math.abs(macro - best!.score!) < 1e-3)
  model.dispose()
})

native('the seed decides everything', async tf => {
  const first = await run(tf)
  const again = await run(tf)
  same(again.weights, first.weights)
  assert.equal(again.history, first.history)
  const other = await run(tf, { seed: 2 })
  assert.not.equal([...other.weights], [...first.weights])
})

native('no tensors pile up over epochs', async tf => {
  const counts: number[] = []
  await run(tf, { onEpoch: () => void counts.push(tf.memory().numTensors) })
  assert.is(new Set(counts).size, 1, `${counts}`)
})

native('progress tells every batch and every epoch', async tf => {
  const rates: number[] = []
  const epochs: string[] = []
  const { history } = await run(tf, {
    onBatch({ epoch, epochs: all, batch, batches, loss, learningRate }) {
      assert.is(rates.length, (epoch - 1) * batches + batch - 1)
      assert.equal([all, batches], [4, 6])
      assert.ok(loss > 0)
      rates.push(learningRate)
    },
    onEpoch: ({ epoch, best, epochs: all }) => void epochs.push(`${epoch}/${all}${best ? ' best' : ''}`),
  })
  assert.is(rates.length, 24)
  assert.ok(rates.indexOf(Math.max(...rates)) === 7, 'the rate peaks at 30 %')
  let most = 0
  const expected = history.map(({ epoch, score = 0 }) => {
    const best = score > most
    most = Math.max(most, score)
    return `${epoch}/4${best ? ' best' : ''}`
  })
  assert.equal(epochs, expected)
})

native('a run killed twice and resumed ends in the same weights, averages and mixing included', async tf => {
  const whole = await run(tf, { recipe: everythingRecipe })
  const dir = folder()
  const script = new URL('../helpers/train-sines.ts', import.meta.url).pathname
  const child = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', './tools/typescript.mjs', script, dir, ...args], { encoding: 'utf8' })
  // In the first epoch, and 9 batches further: in the middle of another one. An epoch has 6.
  for (const batches of ['3', '9']) assert.is(child(batches).signal, 'SIGKILL')
  assert.equal(readdirSync(dir), ['checkpoint.safetensors'])
  const last = child()
  const resumed = await run(tf, { checkpointDir: dir, resume: true, recipe: everythingRecipe })
  same(resumed.weights, whole.weights)
  assert.equal(resumed.history, whole.history)
  assert.match(last.stdout, /^[0-9a-f]{64}\n$/, last.stderr)
})

native('an abort stops after the batch and can be resumed', async tf => {
  const whole = await run(tf)
  const dir = folder()
  const stop = new AbortController()
  let batches = 0
  const onBatch = () => {
    if (++batches === 15) stop.abort()
  }
  const cut = await run(tf, { checkpointDir: dir, onBatch, signal: stop.signal })
  assert.is(cut.ended, 'interrupted')
  assert.is(batches, 15)
  assert.equal(cut.history, whole.history.slice(0, 2))
  assert.is(cut.best!.score!, Math.max(...cut.history.map(epoch => epoch.score!)))
  const resumed = await run(tf, { checkpointDir: dir, resume: true })
  same(resumed.weights, whole.weights)
  assert.is(resumed.ended, 'complete')
})

native('an abort before the first epoch is over has no best epoch', async tf => {
  const { best, history, ended } = await run(tf, { signal: AbortSignal.abort() })
  assert.equal([best, history, ended], [undefined, [], 'interrupted'])
})

native('resuming with other options, or a damaged checkpoint, is refused', async tf => {
  const dir = folder()
  const once = (changes: Changes) => run(tf, { checkpointDir: dir, resume: true, ...changes })
  await run(tf, { checkpointDir: dir, recipe: { epochs: 1 } })
  await refused(
    once({ seed: 2, recipe: { epochs: 2 } }),
    /other options: recipe\.epochs was 1 and is 2, seed was 1 and is 2\. Resume with/,
  )
  await refused(once({ dataHash: 'other', recipe: { epochs: 1 } }), /dataHash was "sines" and is "other"/)
  await refused(once({ patience: 3, recipe: { epochs: 1 } }), /patience was undefined and is 3/)
  const threads = threadsInUse()
  limitThreads(threads + 1)
  await refused(
    once({ recipe: { epochs: 1 } }),
    new RegExp(`threads was ${threads} and is ${threads + 1}\\. Resume with .* \\(--threads ${threads}\\), or`),
  )
  limitThreads(threads)
  const path = checkpointPath(dir)
  writeFileSync(path, readFileSync(path).subarray(0, 2000))
  await refused(once({ recipe: { epochs: 1 } }), /the checkpoint cannot be read: .*Delete it to start again/)
  await run(tf, { checkpointDir: dir, recipe: { epochs: 1 } })
  assert.is((await once({ recipe: { epochs: 1 } })).history.length, 1, 'without resume the damaged one is replaced')
})

native('patience ends a run that no longer improves', async tf => {
  // At this rate nothing moves, so only the first epoch can be the best.
  const frozen = { learningRate: 1e-12, epochs: 9, schedule: 'constant', augment: false } as const
  const { history, best, ended } = await run(tf, { patience: 3, recipe: frozen })
  assert.is(ended, 'early')
  assert.is(history.length, best!.epoch + 3)
  await refused(
    run(tf, { patience: 3, validation: undefined }),
    /--patience: no validation records .* Set --epochs instead/,
  )
})

native('pruned weights stay zero while training goes on', async tf => {
  const model = tinyNetwork(tf, 1)
  const { masks } = await pruneModel(tf, model, { sparsity: 0.5 })
  const { weights } = await run(tf, { model, masks })
  for (const [name, mask] of masks) {
    const zeros = weights.get(name)!.filter(value => value === 0).length
    assert.is(zeros, mask.length / 2, name)
  }
  model.dispose()
})

native('crops train a pooling network, which is tested on whole records', async tf => {
  const { best } = await run(tf, { recipe: { cropSamples: 32, epochs: 12 } })
  assert.ok(best!.score! > 0.8, `macro AUC ${best!.score!}`)
})

native('what cannot work is refused before any training', async tf => {
  const { validation } = data
  await refused(
    run(tf, { recipe: { cropSamples: 65 } }),
    /\[usage\] --crop-samples: longer than a record \(got 65, expected at most 64\)/,
  )
  await refused(run(tf, { recipe: { epochs: 0 } }), /--epochs: not a whole number of at least 1 \(got 0\)/)
  await refused(run(tf, { recipe: { learningRate: Number.NaN } }), /--learning-rate: not a number above 0 \(got NaN\)/)
  await refused(run(tf, { recipe: { weightDecay: -1 } }), /--weight-decay: /)
  await refused(
    run(tf, { recipe: { averageDecay: 1 } }),
    /--average-decay: not a number of at least 0 and below 1 \(got 1\)/,
  )
  await refused(run(tf, { recipe: { mixup: 1.5 } }), /--mixup: not a number from 0 to 1 \(got 1.5\)/)
  await refused(run(tf, { train: validation }), /training on another split \(got validation/)
  await refused(run(tf, { validation: { ...validation, split: 'test' } }), /the test split must not choose weights/)
  await refused(run(tf, { train: { ...data.train, length: 0 } }), /no training records/)
  const targets = new Uint8Array(validation.targets.length)
  await refused(run(tf, { validation: { ...validation, targets } }), /no label has both positive and negative/)
  const leads = ['A', 'B', 'C']
  await refused(run(tf, { train: { ...data.train, leads } }), /does not fit .* \(got 64 × 2 → 3, expected 64 × 3 → 3\)/)
  const flat = inceptionCnn.build(tf, { samples: 64, leads: 2, labels: 3 }, 1)
  await refused(
    run(tf, { model: flat, recipe: { cropSamples: 32 } }),
    /inception-cnn: this network cannot train on crops of 32 samples.*takes whole records only: 64/,
  )
  assert.is((await run(tf, { model: flat, recipe: { cropSamples: 64, epochs: 1 } })).ended, 'complete')
  const unpadded = unpaddedNetwork(tf)
  for (const cropSamples of [1, 4]) {
    await refused(
      run(tf, { model: unpadded, recipe: { cropSamples } }),
      new RegExp(`unpadded: this network cannot train on crops of ${cropSamples} samples`),
    )
  }
  assert.is((await run(tf, { model: unpadded, recipe: { cropSamples: 5, epochs: 1 } })).ended, 'complete')
  for (const model of [flat, unpadded]) model.dispose()
})

native('a loss that blows up is an error, not a model', async tf => {
  await refused(
    run(tf, { recipe: { learningRate: 1e30, schedule: 'constant', epochs: 3 } }),
    /tiny, epoch \d+, batch \d+: the loss is no longer a number .*Lower the learning rate, or set --clip-norm/,
  )
})

test.run()
