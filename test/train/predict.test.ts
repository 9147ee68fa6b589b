import type { Tensor } from '@tensorflow/tfjs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { valuesOf } from '../../src-ts/train/model-weights.ts'
import { predictLogits } from '../../src-ts/train/predict.ts'
import { sineClasses, tinyNetwork } from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('predict')
const native = withTfjs('predict', test)
const dataset = sineClasses('validation', 21)
const standardization = { mean: 0.5, deviation: 3 }

native('logits are those of the model on standardized records, in order', tf => {
  const model = tinyNetwork(tf, 1)
  const done: string[] = []
  const progress = (now: number, total: number) => void done.push(`${now}/${total}`)
  const logits = predictLogits({ tf, model, dataset, standardization, batchSize: 8, progress })
  assert.equal(done, ['8/21', '16/21', '21/21'])
  assert.is(logits.length, 21 * 3)
  const record = new Float32Array(128)
  for (let index = 0; index < dataset.length; index++) {
    dataset.read(index, record, 0)
    const x = record.map(value => (value - 0.5) / 3)
    const one = tf.tidy(() => valuesOf(model.predict(tf.tensor3d(x, [1, 64, 2])) as Tensor))
    // Sums of a few hundred products in single precision, possibly in another order.
    for (const [label, z] of one.entries()) assert.ok(Math.abs(logits[index * 3 + label] - z) < 1e-5)
  }
  model.dispose()
})

native('a dataset that the model does not fit is refused', tf => {
  const model = tinyNetwork(tf, 1)
  const predict = (change: object) => () =>
    predictLogits({ tf, model, dataset: { ...dataset, ...change }, standardization })
  assert.throws(predict({ samples: 60 }), /tiny: the network does not fit .* \(got 64 × 2 → 3, expected 60 × 2 → 3\)/)
  assert.throws(predict({ labels: ['a'] }), /expected 64 × 2 → 1/)
  model.dispose()
})

test.run()
