import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readFile } from '../../src-ts/files.ts'
import { macroAuc } from '../../src-ts/metrics/roc.ts'
import { checkpointPath } from '../../src-ts/train/checkpoint.ts'
import { readWeights, weightsOf } from '../../src-ts/train/model-weights.ts'
import { predictLogits } from '../../src-ts/train/predict.ts'
import { pruneModel } from '../../src-ts/train/prune/index.ts'
import { decodeSafeTensors } from '../../src-ts/train/safetensors.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { train } from '../../src-ts/train/train.ts'
import { weightAverage } from '../../src-ts/train/weight-average.ts'
import { noScaling, sineClasses, tinyNetwork, tinyRecipe } from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('weight average')
const native = withTfjs('weight average', test)
const data = { train: sineClasses('train', 96), validation: sineClasses('validation', 48) }

/** Sets every weight of a model, moving statistics included, to one number. */
function fill(tf: Tf, model: ReturnType<typeof tinyNetwork>, value: number): void {
  for (const { variable } of weightsOf(model)) tf.tidy(() => variable.assign(tf.fill(variable.shape, value)))
}

native('the mean is the textbook one, with its warm-up, over all weights', tf => {
  const model = tinyNetwork(tf, 1)
  fill(tf, model, 5)
  const average = weightAverage(tf, model, 0.4)
  let expected = 5
  for (const [n, value] of [1, -2, 3, 7, 0].entries()) {
    fill(tf, model, value)
    average.update()
    // 2/11, 3/12, 4/13, 5/14, then .4 would be reached at 6/15.
    const decay = Math.min(0.4, (n + 2) / (n + 11))
    expected = decay * expected + (1 - decay) * value
    for (const [name, values] of average.values()) {
      // Single precision over five steps of numbers below ten.
      assert.ok(Math.abs(values[0] - expected) < 1e-5, `${name} ${values[0]} ${expected}`)
      assert.is(new Set(values).size, 1, name)
    }
  }
  assert.equal([...average.values().keys()], [...readWeights(model).keys()])
  average.dispose()
  model.dispose()
})

native('the mean stands in the model only while it is shown, even when showing it fails', tf => {
  const model = tinyNetwork(tf, 1)
  const average = weightAverage(tf, model, 0.5)
  const before = readWeights(model)
  fill(tf, model, 9)
  const own = [...readWeights(model)]
  assert.equal(
    average.shown(() => [...readWeights(model)]),
    [...before],
  )
  assert.equal([...readWeights(model)], own)
  assert.throws(
    () =>
      average.shown(() => {
        throw new Error('scoring failed')
      }),
    'scoring failed',
  )
  assert.equal([...readWeights(model)], own)
  average.dispose()
  model.dispose()
})

native('training keeps the mean, scores the mean, and moves on from the weights themselves', async tf => {
  const dir = mkdtempSync(join(tmpdir(), 'holter-average-'))
  const common = { tf, ...data, standardization: noScaling, seed: 1, dataHash: 'sines' }
  const weightsAfter = async (averageDecay?: number) => {
    const model = tinyNetwork(tf, 1)
    const checkpointDir = join(dir, `${averageDecay}`)
    const recipe = { ...tinyRecipe, averageDecay, augment: false } as const
    const { best } = await train({ ...common, model, recipe, checkpointDir })
    const logits = predictLogits({ tf, model, dataset: data.validation, standardization: noScaling })
    const { labels, targets } = data.validation
    assert.is(macroAuc({ labels, targets, logits }).macro, best!.score)
    const { tensors } = decodeSafeTensors(readFile(checkpointPath(checkpointDir)))
    const kept = readWeights(model)
    model.dispose()
    return { tensors, kept, best: best! }
  }
  try {
    const plain = await weightsAfter()
    const averaged = await weightsAfter(0.9)
    for (const [name, values] of plain.kept) {
      assert.equal(averaged.tensors.get(`weights/${name}`), plain.tensors.get(`weights/${name}`), name)
      assert.equal(averaged.tensors.get(`best/${name}`), averaged.kept.get(name), name)
      assert.not.equal(averaged.kept.get(name), values, `${name} is a mean`)
    }
    assert.not.ok([...plain.tensors.keys()].some(name => name.startsWith('average/')))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})

native('pruned weights are zero in the mean too', async tf => {
  const model = tinyNetwork(tf, 1)
  const { masks } = await pruneModel(tf, model, { sparsity: 0.5 })
  const recipe = { ...tinyRecipe, epochs: 2, averageDecay: 0.9 }
  await train({ tf, ...data, model, standardization: noScaling, recipe, seed: 1, dataHash: 'sines', masks })
  const weights = readWeights(model)
  for (const [name, mask] of masks) assert.is(weights.get(name)!.filter(value => value === 0).length, mask.length / 2)
  model.dispose()
})

test.run()
