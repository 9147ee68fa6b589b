import type { Tensor } from '@tensorflow/tfjs'
import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { probabilities } from '../../src-ts/metrics/probabilities.ts'
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

native('a model that ends in a sigmoid or a softmax gets no second one: its logits give its own probabilities', tf => {
  for (const [activation, kind] of [
    ['sigmoid', 'multi-label'],
    ['softmax', 'single-label'],
  ] as const) {
    const model = tinyNetwork(tf, 1)
    const squashed = tf.model({
      inputs: model.inputs,
      outputs: tf.layers.activation({ activation }).apply(model.outputs[0]) as SymbolicTensor,
    })
    const dense = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [64, 2] }),
        tf.layers.dense({ units: 3, activation, kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) }),
      ],
    })
    const own = { ...dataset, kind }
    const logits = predictLogits({ tf, model, dataset: own, standardization })
    const back = predictLogits({ tf, model: squashed, dataset: own, standardization })
    const expected = probabilities({ kind, labels: own.labels, logits })
    const got = probabilities({ kind, labels: own.labels, logits: back })
    // Probabilities went through single precision once.
    for (const [i, p] of got.entries())
      assert.ok(Math.abs(p - expected[i]) < 1e-6, `${activation}: ${p} ${expected[i]}`)
    const direct = probabilities({
      kind,
      labels: own.labels,
      logits: predictLogits({ tf, model: dense, dataset: own, standardization }),
    })
    const record = new Float32Array(128)
    own.read(0, record, 0)
    const x = record.map(value => (value - 0.5) / 3)
    const one = tf.tidy(() => valuesOf(dense.predict(tf.tensor3d(x, [1, 64, 2])) as Tensor))
    for (const [label, p] of one.entries()) assert.ok(Math.abs(direct[label] - p) < 1e-6)
    for (const each of [model, dense]) each.dispose()
  }
})

native('a dataset that the model does not fit is refused', tf => {
  const model = tinyNetwork(tf, 1)
  const predict = (change: object) => () =>
    predictLogits({ tf, model, dataset: { ...dataset, ...change }, standardization })
  assert.throws(
    predict({ samples: 60 }),
    /tiny: the network does not fit .* \(got 64 × 2 → 3, expected 60 × 2 → 3\)\. Take a network/,
  )
  assert.throws(predict({ labels: ['a'] }), /expected 64 × 2 → 1/)
  model.dispose()
})

test.run()
