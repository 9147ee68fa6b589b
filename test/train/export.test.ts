import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { byName } from '../../src-ts/errors.ts'
import type { Metadata } from '../../src-ts/ir/metadata.ts'
import { networks } from '../../src-ts/networks/index.ts'
import { networkShape } from '../../src-ts/networks/network.ts'
import { tasks } from '../../src-ts/tasks/index.ts'
import { exportGraph } from '../../src-ts/train/export.ts'
import { apply, ecg, shakeNorms, TOLERANCE, worstDifference } from '../helpers/exported-model.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('export')
const testWithTfjs = withTfjs('export', test)

for (const network of networks) {
  testWithTfjs(`${network.name} computes the same after export and passes`, tf => {
    const model = network.build(tf, networkShape(byName('task', network.task, tasks), network), 3)
    shakeNorms(tf, model)
    assert.ok(worstDifference(tf, model) <= TOLERANCE)
    model.dispose()
  })
}

testWithTfjs('both pools over time compute the same, and a row dropout is gone', tf => {
  const { layers } = tf
  const input = ecg(tf)
  const pools = [apply(layers.globalAveragePooling1d(), input), apply(layers.globalMaxPooling1d(), input)]
  const kept = apply(layers.dropout({ rate: 0.5, noiseShape: [null as unknown as number, 1] }), pools[1])
  const model = tf.model({ inputs: input, outputs: apply(layers.add(), [pools[0], kept]) })
  assert.ok(worstDifference(tf, model) <= TOLERANCE)
  model.dispose()
})

testWithTfjs('every kind of layer computes the same, in branches too', tf => {
  const { layers } = tf
  const input = ecg(tf)
  const conv = (filters: number, kernelSize: number, more: object = {}) =>
    layers.conv1d({ filters, kernelSize, padding: 'same', ...more })
  let x = apply(conv(6, 5, { strides: 2, activation: 'relu' }), input)
  x = apply(layers.batchNormalization({ scale: false }), x)
  x = apply(layers.dropout({ rate: 0.5 }), apply(conv(6, 3, { dilationRate: 2, activation: 'relu6' }), x))
  const dilated = apply(
    layers.batchNormalization({ center: false, epsilon: 0.01 }),
    apply(conv(6, 3, { useBias: false }), x),
  )
  const sum = apply(layers.add(), [x, apply(layers.reLU(), dilated), apply(conv(6, 1), x)])
  const pooled = apply(layers.maxPooling1d({ poolSize: 3, strides: 2, padding: 'same' }), sum)
  const valid = apply(layers.maxPooling1d({ poolSize: 2 }), sum)
  const parts = [pooled, apply(layers.activation({ activation: 'relu' }), valid)]
  const joined = apply(layers.concatenate({ axis: 1 }), [
    apply(layers.concatenate(), parts),
    apply(layers.concatenate(), parts),
  ])
  const mean = apply(layers.globalAveragePooling1d(), joined)
  const flat = apply(layers.flatten(), apply(conv(2, 4, { padding: 'valid' }), joined))
  const hidden = apply(layers.concatenate(), [mean, apply(layers.dense({ units: 7, activation: 'relu' }), flat)])
  const logits = apply(layers.dense({ units: 4, useBias: false }), apply(layers.batchNormalization(), hidden))
  const model = tf.model({ inputs: input, outputs: logits })
  shakeNorms(tf, model)
  assert.ok(worstDifference(tf, model) <= TOLERANCE)
  model.dispose()
})

testWithTfjs('layers of attention compute the same: gates over channels, products of matrices either way round', tf => {
  const { layers } = tf
  const input = ecg(tf)
  const conv = (filters: number) => apply(layers.conv1d({ filters, kernelSize: 1 }), input)
  const [query, key, value] = [conv(5), conv(5), conv(6)]
  const scores = apply(layers.dot({ axes: 2 }), [query, key])
  const mixed = apply(layers.dot({ axes: [2, 1] }), [apply(layers.softmax({ axis: 2 }), scores), value])
  // Columns of one with columns of the other: the first operand is turned.
  const turned = apply(layers.dot({ axes: 1 }), [apply(layers.softmax({ axis: -1 }), query), mixed])
  const gate = apply(layers.activation({ activation: 'sigmoid' }), apply(layers.globalAveragePooling1d(), value))
  const gated = apply(layers.multiply(), [mixed, apply(layers.reshape({ targetShape: [1, 6] }), gate)])
  const flat = [apply(layers.flatten(), gated), apply(layers.flatten(), turned)]
  const model = tf.model({ inputs: input, outputs: apply(layers.concatenate(), flat) })
  assert.ok(worstDifference(tf, model) <= TOLERANCE)
  model.dispose()
})

testWithTfjs('products that would not compute the same are refused', tf => {
  const { layers } = tf
  const input = ecg(tf, 6)
  const flat = apply(layers.flatten(), input)
  const cosine = apply(layers.dot({ axes: 2, normalize: true, name: 'cosine' }), [input, input])
  const inner = apply(layers.dot({ axes: 1, name: 'inner' }), [flat, flat])
  const ranks = apply(layers.multiply({ name: 'ranks' }), [input, apply(layers.globalAveragePooling1d(), input)])
  const model = tf.model({ inputs: input, outputs: [cosine, inner, ranks] })
  const reasons = [
    'cosine (Dot): normalized',
    'inner (Dot): an operand is no',
    'ranks (Multiply): inputs of different rank',
  ]
  try {
    exportGraph(model)
    assert.unreachable()
  } catch (error) {
    for (const reason of reasons) assert.ok((error as Error).message.includes(reason), reason)
  }
  model.dispose()
})

testWithTfjs('a sigmoid at the very end is left out, as an activation and as a layer', tf => {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
  const fused = tf.sequential({
    layers: [tf.layers.flatten({ inputShape: [10, 2] }), tf.layers.dense({ units: 3, activation: 'sigmoid' })],
  })
  assert.ok(worstDifference(tf, fused, sigmoid) <= TOLERANCE)
  const input = ecg(tf)
  const logits = apply(tf.layers.dense({ units: 3 }), apply(tf.layers.flatten(), input))
  const apart = tf.model({ inputs: input, outputs: apply(tf.layers.activation({ activation: 'sigmoid' }), logits) })
  assert.ok(worstDifference(tf, apart, sigmoid) <= TOLERANCE)
  fused.dispose()
  apart.dispose()
})

testWithTfjs('all layers that cannot be exported are named at once', tf => {
  const { layers } = tf
  const input = ecg(tf)
  let x = apply(layers.conv1d({ name: 'early', filters: 3, kernelSize: 3, padding: 'same', activation: 'selu' }), input)
  x = apply(layers.conv1d({ name: 'causal', filters: 3, kernelSize: 3, padding: 'causal' }), x)
  x = apply(layers.reLU({ name: 'capped', maxValue: 3 }), x)
  x = apply(layers.dense({ name: 'soft', units: 2, activation: 'softplus' }), x)
  x = apply(layers.lstm({ name: 'memory', units: 2, returnSequences: true }), x)
  const model = tf.model({ inputs: input, outputs: apply(layers.flatten(), x), name: 'odd' })
  try {
    exportGraph(model)
    assert.unreachable()
  } catch (error) {
    const { message } = error as Error
    assert.match(message, /^\[export\] odd: layers that cannot be exported: early \(Conv1D\): activation selu; /)
    for (const name of ['causal (Conv1D)', 'capped (ReLU)', 'soft (Dense)', 'memory (LSTM)']) {
      assert.ok(message.includes(name), name)
    }
    assert.not.match(message, /\n/)
  }
  model.dispose()
})

testWithTfjs('a model without a fixed length is refused', tf => {
  const input = tf.input({ shape: [null, 3] as unknown as number[], name: 'ecg' })
  const model = tf.model({ inputs: input, outputs: apply(tf.layers.globalAveragePooling1d(), input) })
  assert.throws(() => exportGraph(model), /ecg \(InputLayer\): its shape \[\?, 3\] is not fixed/)
  model.dispose()
})

testWithTfjs('metadata comes along, and weights are copies', tf => {
  const model = tf.sequential({
    layers: [tf.layers.flatten({ inputShape: [4, 1] }), tf.layers.dense({ name: 'd', units: 2 })],
  })
  const metadata = { version: 1, task: 'mine' } as unknown as Metadata
  const graph = exportGraph(model, metadata)
  assert.is(graph.metadata, metadata)
  const kernel = graph.tensors.find(t => t.name === 'd/kernel')!
  const before = Float32Array.from(kernel.data!)
  const zeros = model.getWeights().map(w => tf.zerosLike(w))
  model.setWeights(zeros)
  assert.equal(kernel.data, before)
  assert.equal(
    graph.inputs.map(i => graph.tensors[i].shape),
    [[1, 1, 4, 1]],
  )
  tf.dispose(zeros)
  model.dispose()
})

test.run()
