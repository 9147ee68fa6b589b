import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Dataset, SplitName } from '../../src-ts/ecg/datasets/dataset.ts'
import { joinDatasets } from '../../src-ts/ecg/datasets/join-datasets.ts'
import { fitStandardization } from '../../src-ts/ecg/datasets/standardize.ts'
import { subset } from '../../src-ts/ecg/datasets/subset.ts'
import { toModel } from '../../src-ts/engines/model.ts'
import { predictInt8 } from '../../src-ts/engines/predict.ts'
import type { Metadata } from '../../src-ts/ir/metadata.ts'
import { selectionScore } from '../../src-ts/metrics/selection-score.ts'
import type { Layers } from '../../src-ts/networks/network.ts'
import { random } from '../../src-ts/random.ts'
import { lower, toIntegers } from '../../src-ts/runs/to-integers.ts'
import { crossEntropy, labelLoss, totalLoss } from '../../src-ts/train/loss.ts'
import { predictFloat } from '../../src-ts/train/predict.ts'
import { train } from '../../src-ts/train/train.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('single-label tasks with features')
const native = withTfjs('single-label tasks with features', test)

const LABELS = ['N', 'S', 'V']

/** Bumps whose height tells V from the rest, and whose feature tells S from N: neither input alone suffices. */
function bumps(split: SplitName, length: number): Dataset {
  const stream = random(3, split.length)
  const classes = Array.from({ length }, () => [0, 0, 0, 1, 2][stream.integer(5)])
  const targets = new Uint8Array(length * 3)
  for (const [i, label] of classes.entries()) targets[3 * i + label] = 1
  const noise = Float32Array.from({ length: length * 17 }, () => stream.normal())
  return {
    name: 'bumps',
    synthetic: true,
    split,
    kind: 'single-label',
    length,
    samples: 16,
    sampleRateHz: 64,
    leads: ['A'],
    labels: LABELS,
    targets,
    records: classes.map((_, i) => ({ id: `${i}`, patient: `${i}`, fold: 1 })),
    read(index, out, at) {
      for (let t = 0; t < 16; t++) {
        const height = classes[index] === 2 ? 3 : 1
        out[at + t] = height * Math.exp(-((t - 8) ** 2) / 8) + 0.1 * noise[17 * index + t]
      }
    },
    features: {
      names: ['RR ratio'],
      read(index, out, at) {
        out[at] = 800 - (classes[index] === 1 ? 200 : 0) + 20 * noise[17 * index + 16]
      },
    },
  }
}

function network({ input, layers, initializers, model }: Layers) {
  const kernelInitializer = (seed: number) => initializers.glorotUniform({ seed })
  const signal = input({ shape: [16, 1], name: 'beat' })
  const features = input({ shape: [1], name: 'features' })
  const conv = layers.conv1d({ filters: 4, kernelSize: 5, strides: 2, kernelInitializer: kernelInitializer(1) })
  const pooled = layers.globalAveragePooling1d({}).apply(layers.reLU().apply(conv.apply(signal)))
  const joined = layers.concatenate().apply([pooled as never, features])
  const hidden = layers.dense({ units: 8, activation: 'relu', kernelInitializer: kernelInitializer(2) }).apply(joined)
  const logits = layers.dense({ units: 3, kernelInitializer: kernelInitializer(3) }).apply(hidden)
  return model({ inputs: [signal, features], outputs: logits as never, name: 'two-inputs' })
}

native('the loss is the weighted textbook formula', tf => {
  const value = tf.tidy(() => {
    const logits = tf.tensor2d([
      [1, 2, 3],
      [1000, 0, 0],
    ])
    const targets = tf.tensor2d([
      [1, 0, 0],
      [0, 0, 1],
    ])
    return totalLoss(tf, [crossEntropy([1, 5, 0.5])], { inputs: [], logits, targets }).dataSync()[0]
  })
  const first = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - 1
  assert.ok(Math.abs(value - (first + 0.5 * 1000) / 1.5) < 1e-4)
})

native('class weights pull at mixed labels, too', tf => {
  const gradient = tf.tidy(() => {
    const targets = tf.tensor2d([[0.5, 0.5]])
    const loss = (logits: Tensor2D) => crossEntropy([0.4, 1.6]).value(tf, { inputs: [], logits, targets })
    return [
      ...tf
        .grad(loss as (logits: Tensor) => Tensor)(tf.tensor2d([[0, 0]]))
        .dataSync(),
    ]
  })
  // Softmax (½, ½) minus the weighted shares (.2, .8), in single precision.
  for (const [i, expected] of [0.3, -0.3].entries()) assert.ok(Math.abs(gradient[i] - expected) < 1e-6, `${gradient}`)
})

test('classes are balanced by a power of their frequency, of mean 1', () => {
  const dataset = bumps('train', 1000)
  const weights = labelLoss(dataset, { classBalance: 1 }).name.split(' ').slice(1).map(Number)
  const counts = [0, 1, 2].map(j => dataset.targets.filter((x, i) => x && i % 3 === j).length)
  assert.ok(Math.abs(weights.reduce((a, b) => a + b) - 3) < 1e-3)
  assert.ok(Math.abs(weights[1] / weights[0] - counts[0] / counts[1]) < 0.01)
  assert.is(labelLoss(dataset, {}).name, 'cross-entropy 1.0000 1.0000 1.0000')
})

native('records that are given along are trained on like the others, and count for nothing else', async tf => {
  const [own, more] = [bumps('train', 120), bumps('train', 80)]
  const recipe = { epochs: 2, batchSize: 32, learningRate: 0.02, schedule: 'constant', weightDecay: 0 } as const
  const weightsAfter = async (dataset: Dataset) => {
    const model = network(tf)
    await train({
      tf,
      model,
      train: dataset,
      standardization: fitStandardization(own),
      recipe: { ...recipe, augment: false, classBalance: 0.5 },
      seed: 1,
      dataHash: 'bumps',
    })
    const weights = model.getWeights().flatMap(weight => [...weight.dataSync()])
    model.dispose()
    return weights
  }
  const along = await weightsAfter({ ...own, along: () => more })
  assert.equal(along, await weightsAfter(joinDatasets(own, more)))
  assert.not.equal(along, await weightsAfter(own))
  assert.is(joinDatasets({ ...own, along: () => more }, more).along, undefined, 'of one alone they would be too few')
  const both = joinDatasets({ ...own, along: () => more }, { ...more, along: () => own })
  assert.equal(both.along!().records, [...more.records, ...own.records])
  const one = subset({ ...own, along: () => more }, [7], 'train')
  assert.equal(
    one.along!().records.map(({ patient }) => patient),
    ['7'],
  )
})

native('two inputs are trained, scored, quantized and scored again', async tf => {
  const [training, validation] = [bumps('train', 400), bumps('validation', 200)]
  const standardization = fitStandardization(training)
  assert.ok(Math.abs(standardization.features!.mean[0] - 760) < 10)
  const model = network(tf)
  const recipe = { epochs: 15, batchSize: 32, learningRate: 0.02, schedule: 'one-cycle', weightDecay: 0 } as const
  const { best, history } = await train({
    tf,
    model,
    train: training,
    validation,
    standardization,
    recipe: { ...recipe, augment: false, classBalance: 0.5, clipNorm: 5 },
    seed: 1,
    dataHash: 'bumps',
  })
  assert.is(best!.score, Math.max(...history.map(epoch => epoch.score!)))
  const float = selectionScore(predictFloat(tf, model, validation, standardization))
  assert.is(float.name, 'macroF1')
  assert.is(float.value, best!.score)
  assert.ok(float.value > 0.97, `macro F1 ${float.value}`)
  const { mean, deviation, features } = standardization
  const metadata: Metadata = {
    version: 1,
    task: 'bumps',
    labels: LABELS,
    leads: ['A'],
    kind: 'single-label',
    sampleRateHz: 64,
    samples: 16,
    unit: 'mV',
    mean,
    deviation,
    features: { names: ['RR ratio'], mean: [...features!.mean], deviation: [...features!.deviation] },
    thresholds: [0.5, 0.5, 0.5],
    rounding: 'tflm-double',
    provenance: {},
  }
  const int8 = toModel(
    toIntegers(tf, lower(tf, model, metadata, training), training, standardization, 1).integers,
    'bumps',
  )
  const quantized = selectionScore(await predictInt8(int8, validation))
  assert.ok(Math.abs(quantized.value - float.value) < 0.02, `int8 ${quantized.value}, float ${float.value}`)
  model.dispose()
})

native('without validation records the last epoch is kept', async tf => {
  const both = joinDatasets(bumps('train', 60), bumps('validation', 40))
  assert.is(both.length, 100)
  const row = new Float32Array(16)
  both.read(60, row, 0)
  const first = new Float32Array(16)
  bumps('validation', 40).read(0, first, 0)
  assert.equal(row, first)
  const model = network(tf)
  const { best, ended } = await train({
    tf,
    model,
    train: both,
    standardization: fitStandardization(both),
    recipe: { epochs: 3, batchSize: 20, learningRate: 0.01, schedule: 'cosine', weightDecay: 0, augment: 'beat' },
    seed: 1,
    dataHash: 'bumps',
  })
  assert.is(ended, 'complete')
  assert.is(best!.epoch, 3)
  assert.is(best!.score, undefined)
  model.dispose()
})

test.run()
