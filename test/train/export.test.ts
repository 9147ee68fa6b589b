import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { byName } from '../../src-ts/errors.ts'
import type { Metadata } from '../../src-ts/ir/metadata.ts'
import { networks } from '../../src-ts/networks/index.ts'
import { networkShape } from '../../src-ts/networks/network.ts'
import { evaluateFloat } from '../../src-ts/passes/float/evaluate.ts'
import { runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { random } from '../../src-ts/random.ts'
import { tasks } from '../../src-ts/tasks/index.ts'
import { exportGraph } from '../../src-ts/train/export.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('export')
const testWithTfjs = withTfjs('export', test)

/** Float32 sums in another order, and batch norm folded in double: outputs of a few units agree to this. */
const TOLERANCE = 1e-4

type Tensor = SymbolicTensor
const ecg = (tf: Tf, samples = 40) => tf.input({ shape: [samples, 3], name: 'ecg' })
const then = (layer: { apply(x: Tensor | Tensor[]): unknown }, x: Tensor | Tensor[]) => layer.apply(x) as Tensor

/** Gives every batch norm statistics such as training leaves: γ of both signs, means away from 0, uneven variances. */
function shakeNorms(tf: Tf, model: LayersModel): void {
  const stream = random(5)
  for (const layer of model.layers) {
    if (layer.getClassName() !== 'BatchNormalization') continue
    const values = layer.weights.map(({ shape, name }) => {
      const [low, high] = name.includes('variance') ? [0.05, 3] : name.includes('gamma') ? [-0.3, 1.5] : [-0.5, 0.5]
      const data = Float32Array.from({ length: shape[0]! }, () => low + (high - low) * stream.uniform())
      return tf.tensor(data)
    })
    layer.setWeights(values)
    tf.dispose(values)
  }
}

/** Largest |model − graph after export and passes| over random inputs; `last` is what the model does after the logits. */
function worstDifference(tf: Tf, model: LayersModel, last: (x: number) => number = x => x): number {
  const x = model.inputs.map(({ shape }) => tf.randomNormal([2, ...(shape.slice(1) as number[])], 0, 1, 'float32', 11))
  const expected = model.predict(x, { batchSize: 2 }) as ReturnType<Tf['tensor']>
  const graph = runFloatPasses(exportGraph(model), { probe: { tf, inputs: x } })
  const [got] = evaluateFloat(tf, graph, x)
  assert.equal(got.shape, expected.shape)
  const a = expected.dataSync()
  const worst = Array.from(got.dataSync()).reduce((most, value, i) => Math.max(most, Math.abs(last(value) - a[i])), 0)
  tf.dispose([...x, expected, got])
  return worst
}

for (const network of networks) {
  testWithTfjs(`${network.name} computes the same after export and passes`, tf => {
    const model = network.build(tf, networkShape(byName('task', network.task, tasks)), 3)
    shakeNorms(tf, model)
    assert.ok(worstDifference(tf, model) <= TOLERANCE)
    model.dispose()
  })
}

testWithTfjs('both pools over time compute the same, and a row dropout is gone', tf => {
  const { layers } = tf
  const input = ecg(tf)
  const pools = [then(layers.globalAveragePooling1d(), input), then(layers.globalMaxPooling1d(), input)]
  const kept = then(layers.dropout({ rate: 0.5, noiseShape: [null as unknown as number, 1] }), pools[1])
  const model = tf.model({ inputs: input, outputs: then(layers.add(), [pools[0], kept]) })
  assert.ok(worstDifference(tf, model) <= TOLERANCE)
  model.dispose()
})

testWithTfjs('every kind of layer computes the same, in branches too', tf => {
  const { layers } = tf
  const input = ecg(tf)
  const conv = (filters: number, kernelSize: number, more: object = {}) =>
    layers.conv1d({ filters, kernelSize, padding: 'same', ...more })
  let x = then(conv(6, 5, { strides: 2, activation: 'relu' }), input)
  x = then(layers.batchNormalization({ scale: false }), x)
  x = then(layers.dropout({ rate: 0.5 }), then(conv(6, 3, { dilationRate: 2, activation: 'relu6' }), x))
  const dilated = then(
    layers.batchNormalization({ center: false, epsilon: 0.01 }),
    then(conv(6, 3, { useBias: false }), x),
  )
  const sum = then(layers.add(), [x, then(layers.reLU(), dilated), then(conv(6, 1), x)])
  const pooled = then(layers.maxPooling1d({ poolSize: 3, strides: 2, padding: 'same' }), sum)
  const valid = then(layers.maxPooling1d({ poolSize: 2 }), sum)
  const parts = [pooled, then(layers.activation({ activation: 'relu' }), valid)]
  const joined = then(layers.concatenate({ axis: 1 }), [
    then(layers.concatenate(), parts),
    then(layers.concatenate(), parts),
  ])
  const mean = then(layers.globalAveragePooling1d(), joined)
  const flat = then(layers.flatten(), then(conv(2, 4, { padding: 'valid' }), joined))
  const hidden = then(layers.concatenate(), [mean, then(layers.dense({ units: 7, activation: 'relu' }), flat)])
  const logits = then(layers.dense({ units: 4, useBias: false }), then(layers.batchNormalization(), hidden))
  const model = tf.model({ inputs: input, outputs: logits })
  shakeNorms(tf, model)
  assert.ok(worstDifference(tf, model) <= TOLERANCE)
  model.dispose()
})

testWithTfjs('layers of attention compute the same: gates over channels, products of matrices either way round', tf => {
  const { layers } = tf
  const input = ecg(tf)
  const conv = (filters: number) => then(layers.conv1d({ filters, kernelSize: 1 }), input)
  const [query, key, value] = [conv(5), conv(5), conv(6)]
  const scores = then(layers.dot({ axes: 2 }), [query, key])
  const mixed = then(layers.dot({ axes: [2, 1] }), [then(layers.softmax({ axis: 2 }), scores), value])
  // Columns of one with columns of the other: the first operand is turned.
  const turned = then(layers.dot({ axes: 1 }), [then(layers.softmax({ axis: -1 }), query), mixed])
  const gate = then(layers.activation({ activation: 'sigmoid' }), then(layers.globalAveragePooling1d(), value))
  const gated = then(layers.multiply(), [mixed, then(layers.reshape({ targetShape: [1, 6] }), gate)])
  const flat = [then(layers.flatten(), gated), then(layers.flatten(), turned)]
  const model = tf.model({ inputs: input, outputs: then(layers.concatenate(), flat) })
  assert.ok(worstDifference(tf, model) <= TOLERANCE)
  model.dispose()
})

testWithTfjs('products that would not compute the same are refused', tf => {
  const { layers } = tf
  const input = ecg(tf, 6)
  const flat = then(layers.flatten(), input)
  const cosine = then(layers.dot({ axes: 2, normalize: true, name: 'cosine' }), [input, input])
  const inner = then(layers.dot({ axes: 1, name: 'inner' }), [flat, flat])
  const ranks = then(layers.multiply({ name: 'ranks' }), [input, then(layers.globalAveragePooling1d(), input)])
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
  const logits = then(tf.layers.dense({ units: 3 }), then(tf.layers.flatten(), input))
  const apart = tf.model({ inputs: input, outputs: then(tf.layers.activation({ activation: 'sigmoid' }), logits) })
  assert.ok(worstDifference(tf, apart, sigmoid) <= TOLERANCE)
  fused.dispose()
  apart.dispose()
})

testWithTfjs('all layers that cannot be exported are named at once', tf => {
  const { layers } = tf
  const input = ecg(tf)
  let x = then(
    layers.conv1d({ name: 'early', filters: 3, kernelSize: 3, padding: 'same', activation: 'sigmoid' }),
    input,
  )
  x = then(layers.conv1d({ name: 'causal', filters: 3, kernelSize: 3, padding: 'causal' }), x)
  x = then(layers.leakyReLU({ name: 'leaky' }), x)
  x = then(layers.reLU({ name: 'capped', maxValue: 3 }), x)
  x = then(layers.dense({ name: 'each', units: 2 }), x)
  x = then(layers.lstm({ name: 'memory', units: 2, returnSequences: true }), x)
  const model = tf.model({ inputs: input, outputs: then(layers.flatten(), x), name: 'odd' })
  try {
    exportGraph(model)
    assert.unreachable()
  } catch (error) {
    const { message } = error as Error
    assert.match(
      message,
      /^\[export\] odd: layers that cannot be exported: early \(Conv1D\): a sigmoid that is not at the end; /,
    )
    for (const name of ['causal (Conv1D)', 'leaky (LeakyReLU)', 'capped (ReLU)', 'each (Dense)', 'memory (LSTM)']) {
      assert.ok(message.includes(name), name)
    }
    assert.not.match(message, /\n/)
  }
  model.dispose()
})

testWithTfjs('a model without a fixed length is refused', tf => {
  const input = tf.input({ shape: [null, 3] as unknown as number[], name: 'ecg' })
  const model = tf.model({ inputs: input, outputs: then(tf.layers.globalAveragePooling1d(), input) })
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
