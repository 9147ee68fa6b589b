import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Dataset, SplitName } from '../../src-ts/ecg/datasets/dataset.ts'
import { fitStandardization } from '../../src-ts/ecg/datasets/standardize.ts'
import { rowLength, standardizedRows } from '../../src-ts/ecg/datasets/standardized-rows.ts'
import { toModel } from '../../src-ts/engines/model.ts'
import { predictInt8 } from '../../src-ts/engines/predict.ts'
import { predictionsOf } from '../../src-ts/metrics/predictions.ts'
import { macroAuc } from '../../src-ts/metrics/roc.ts'
import type { Layers, NetworkShape, Recipe } from '../../src-ts/networks/network.ts'
import { networkShape } from '../../src-ts/networks/network.ts'
import { random } from '../../src-ts/random.ts'
import { lower, toIntegers } from '../../src-ts/runs/to-integers.ts'
import { checkFit, predictLogits } from '../../src-ts/train/predict.ts'
import { train as trainModel } from '../../src-ts/train/train.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('images')
const testWithTfjs = withTfjs('images', test)

const form = { samples: 9, width: 8, leads: ['red', 'green'], labels: ['horizontal', 'vertical'] }
const SIZE = form.samples * form.width * form.leads.length

/** Images in noise with a bright row, a bright column, both or none. */
function stripes(split: SplitName, length: number): Dataset {
  const stream = random(4, split.length)
  const targets = Uint8Array.from({ length: length * 2 }, () => stream.integer(2))
  const values = new Float32Array(length * SIZE)
  for (let image = 0; image < length; image++) {
    const [row, column] = [stream.integer(form.samples), stream.integer(form.width)]
    for (let i = 0; i < SIZE; i++) {
      const [y, x] = [Math.floor(i / (form.width * 2)), Math.floor(i / 2) % form.width]
      const bright = (targets[2 * image] && y === row) || (targets[2 * image + 1] && x === column)
      values[image * SIZE + i] = 40 + 20 * stream.normal() + (bright ? 60 : 0)
    }
  }
  return {
    ...form,
    name: 'stripes',
    synthetic: true,
    kind: 'multi-label',
    split,
    length,
    sampleRateHz: 1,
    targets,
    records: Array.from({ length }, (_, i) => ({ id: `${i}`, patient: `${split} ${i}`, fold: 1 })),
    read: (index, out, at) => out.set(values.subarray(index * SIZE, (index + 1) * SIZE), at),
  }
}

function network(tf: Layers, { samples, width, leads, labels }: NetworkShape) {
  const stream = random(2)
  const kernelInitializer = () => tf.initializers.heNormal({ seed: stream.integer(2 ** 31 - 1) })
  const input = tf.input({ shape: [samples, width!, leads], name: 'image' })
  const conv = (x: SymbolicTensor, kernelSize: [number, number], name: string) =>
    tf.layers
      .conv2d({
        filters: 6,
        kernelSize,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: kernelInitializer(),
        name,
      })
      .apply(x) as SymbolicTensor
  const parts = [conv(input, [1, 5], 'rows'), conv(input, [5, 1], 'columns')]
  const joined = tf.layers.concatenate().apply(parts) as SymbolicTensor
  const pooled = tf.layers.globalMaxPooling2d({}).apply(joined) as SymbolicTensor
  const logits = tf.layers
    .dense({ units: labels, kernelInitializer: kernelInitializer(), name: 'logits' })
    .apply(pooled)
  return tf.model({ inputs: input, outputs: logits as SymbolicTensor, name: 'stripes' })
}

const recipe: Recipe = {
  epochs: 6,
  batchSize: 32,
  learningRate: 0.02,
  schedule: 'cosine',
  weightDecay: 0,
  augment: false,
}

testWithTfjs('a network of images is trained, exported, quantized and scored as one of signals is', async tf => {
  const [train, validation] = [stripes('train', 320), stripes('validation', 120)]
  assert.is(rowLength(train), SIZE)
  const standardization = fitStandardization(train)
  const model = network(tf, networkShape(form))
  checkFit(model, train)
  await trainModel({ tf, model, train, validation, standardization, recipe, seed: 1, dataHash: 'stripes' })
  const score = (logits: Float32Array | Float64Array) => macroAuc(predictionsOf(validation, logits)).macro
  const float = score(predictLogits({ tf, model, dataset: validation, standardization }))
  assert.ok(float > 0.9, `${float} of the float network`)

  const metadata = {
    version: 1 as const,
    task: 'stripes',
    kind: 'multi-label' as const,
    ...form,
    sampleRateHz: 1,
    unit: 'relative' as const,
    mean: standardization.mean,
    deviation: standardization.deviation,
    thresholds: [0.5, 0.5],
    rounding: 'tflm-double' as const,
    provenance: {},
  }
  const graph = lower(tf, model, metadata, train)
  assert.equal(graph.tensors[graph.inputs[0]].shape, [1, 9, 8, 2])
  assert.is(standardizedRows(train, standardization, 3, 1).length, 3 * SIZE)
  const int8 = toModel(toIntegers(tf, graph, train, standardization, 1).integers, 'stripes.tflite')
  assert.is(int8.graph.metadata!.width, 8)
  const predicted = await predictInt8(int8, validation)
  assert.ok(Math.abs(score(predicted.logits) - float) < 0.02, `${score(predicted.logits)} of int8, ${float} of float`)
  model.dispose()
})

testWithTfjs('a network for other images is refused with both forms', tf => {
  const model = network(tf, networkShape({ ...form, width: 7 }))
  assert.throws(() => checkFit(model, stripes('train', 2)), /\(got 9 × 7 × 2 → 2, expected 9 × 8 × 2 → 2\)/)
  model.dispose()
})

test.run()
