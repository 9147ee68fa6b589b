import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { asSeen, seenBy } from '../../src-ts/ecg/datasets/drawn.ts'
import { fitStandardization } from '../../src-ts/ecg/datasets/standardize.ts'
import { openSynthetic } from '../../src-ts/ecg/synthetic/synthetic.ts'
import { toModel } from '../../src-ts/engines/model.ts'
import { predictInt8 } from '../../src-ts/engines/predict.ts'
import { type Layers, type NetworkShape, networkShape, type Recipe } from '../../src-ts/networks/network.ts'
import { modelMetadata } from '../../src-ts/runs/model-metadata.ts'
import { quantizeAware } from '../../src-ts/runs/quantize-aware.ts'
import { lower, toIntegers } from '../../src-ts/runs/to-integers.ts'
import { ptbxlSuperclass } from '../../src-ts/tasks/ptbxl-superclass.ts'
import type { Batch } from '../../src-ts/train/batch.ts'
import { orderedBatches, signalBatches, trainingBatches } from '../../src-ts/train/batches.ts'
import { checkTeachers, distillation } from '../../src-ts/train/distill.ts'
import { drawingThreads } from '../../src-ts/train/draw-ahead.ts'
import { labelLoss } from '../../src-ts/train/loss.ts'
import { predictLogits } from '../../src-ts/train/predict.ts'
import { train as trainModel } from '../../src-ts/train/train.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('networks of drawings')
const native = withTfjs('networks of drawings', test)
const { splits } = await openSynthetic(3, ['train', 'validation'], 60)
const { train, validation } = splits as Required<typeof splits>
const signals = fitStandardization(train)
const seen = seenBy({ drawn: true }, signals)
const recipe: Recipe = {
  epochs: 1,
  batchSize: 8,
  learningRate: 1e-3,
  schedule: 'constant',
  weightDecay: 0,
  augment: 'record',
  mixup: 0.3,
}

/** A few coarse convolutions. */
function network(tf: Layers, { samples, width, leads, labels }: NetworkShape) {
  const he = (seed: number) => tf.initializers.heNormal({ seed })
  const input = tf.input({ shape: [samples, width!, leads], name: 'image' })
  const conv = tf.layers.conv2d({
    filters: 3,
    kernelSize: [13, 8],
    strides: [13, 8],
    activation: 'relu',
    name: 'conv',
    kernelInitializer: he(1),
  })
  const flat = tf.layers.flatten({ name: 'flat' }).apply(conv.apply(input))
  const logits = tf.layers.dense({ units: labels, name: 'logits', kernelInitializer: he(2) }).apply(flat)
  return tf.model({ inputs: input, outputs: logits as SymbolicTensor, name: 'drawn' })
}

/** A batch that later ones do not overwrite. */
const copied = ({ inputs, targets, signals: own, ...rest }: Batch) => ({
  ...rest,
  inputs: inputs.slice(),
  targets: targets.slice(),
  signals: own?.inputs.slice(),
})

test('the drawings of a training batch are those of its signals, which stay beside them', () => {
  const drawn = Array.from(trainingBatches(train, seen, recipe, 1, 0), copied)
  const plain = Array.from(signalBatches(train, signals, recipe, 1, 0), copied)
  for (const [i, { inputs, width, length, signals: own, targets }] of drawn.entries()) {
    assert.equal([length, width, inputs.length], [182, 256, drawn[i].size * 182 * 256])
    assert.equal([own, targets], [plain[i].inputs, plain[i].targets])
  }
  const other = Array.from(trainingBatches(train, seen, recipe, 2, 0), copied)
  assert.not.equal(other[0].inputs, drawn[0].inputs)
})

test('without augmentation a record is drawn in training as it is when it is scored', () => {
  const still = { ...recipe, augment: false as const, mixup: 0 }
  const [scored] = orderedBatches(train, seen, train.length)
  for (const { records, inputs, size } of trainingBatches(train, seen, still, 1, 0)) {
    for (let row = 0; row < size; row++) {
      const own = inputs.subarray(row * 182 * 256, (row + 1) * 182 * 256)
      const same = scored.inputs.subarray(records[row] * 182 * 256, (records[row] + 1) * 182 * 256)
      // Standardized and back, a sample may round to the next 1/640 mV.
      const worst = own.reduce((most, value, i) => Math.max(most, Math.abs(value - same[i])), 0)
      assert.ok(worst < 0.1, `record ${records[row]}: ${worst}`)
    }
  }
})

test('threads that draw ahead give the same batches', async () => {
  const looks = { seed: 1, epoch: 0 }
  const threads = drawingThreads({ form: train, drawn: seen.drawn! }, 2)
  try {
    const ahead: ReturnType<typeof copied>[] = []
    for await (const batch of threads.batches(signalBatches(train, seen.drawn!, recipe, 1, 0), looks)) {
      ahead.push(copied(batch))
    }
    assert.equal(ahead, Array.from(trainingBatches(train, seen, recipe, 1, 0), copied))
  } finally {
    await threads.close()
  }
})

native('a network of drawings is trained by a teacher of signals, and as int8 takes the very pixels', async tf => {
  const shape = networkShape(ptbxlSuperclass, { drawn: true })
  assert.equal(shape, { samples: 182, width: 256, leads: 1, labels: 5 })
  const model = network(tf, shape)
  const ecg = tf.input({ shape: [1000, 12] })
  const pooled = tf.layers.globalAveragePooling1d({}).apply(ecg)
  const teacher = tf.model({ inputs: ecg, outputs: tf.layers.dense({ units: 5 }).apply(pooled) as SymbolicTensor })
  const taught = distillation({
    kind: 'multi-label',
    teachers: [
      { model: teacher, sha256: 'a' },
      { model, sha256: 'b' },
    ],
    temperature: 1,
    alpha: 0.5,
  })
  const terms = [{ ...labelLoss(train, recipe), weight: 0.5 }, taught]
  const run = { tf, model, train, validation, standardization: seen, recipe, seed: 1, dataHash: 'x' }
  const { history } = await trainModel({ ...run, terms })
  assert.is(history.length, 1)

  const metadata = modelMetadata(ptbxlSuperclass, 'vit-drawn', seen, { thresholds: new Array(5).fill(0.5) }, {})
  assert.equal([metadata.unit, metadata.mean, metadata.drawn], ['grey', 128, { ...seen.drawn }])
  const graph = lower(tf, model, metadata, train)
  const int8 = toModel(toIntegers(tf, graph, train, metadata, 1).integers, 'drawn.tflite')
  const { quantization } = int8.graph.tensors[int8.graph.inputs[0]]
  assert.equal([quantization!.scale[0], quantization!.zeroPoint[0]], [1 / 128, 0])

  const parts = { tf, model, metadata, trainedBy: recipe, train, dataHash: 'x' }
  const aware = await quantizeAware(parts, { epochs: 1, seed: 1, name: 'aware', precision: {} }, {})
  assert.equal(aware!.int8.graph.tensors[aware!.int8.graph.inputs[0]].quantization, quantization)

  const float = predictLogits({ tf, model, dataset: validation, standardization: seen })
  const { logits } = await predictInt8(int8, validation)
  const pixels = await predictInt8(int8, asSeen(validation, seen))
  assert.equal(pixels.logits, logits)
  const worst = Math.max(...Array.from(logits, (value, i) => Math.abs(value - float[i])))
  const span = Math.max(...float) - Math.min(...float)
  assert.ok(worst < 0.08 * span, `${worst} of ${span}`)
  teacher.dispose()
  model.dispose()
})

native('a teacher of drawings, and crops, are refused where they do not fit', async tf => {
  const model = network(tf, networkShape(ptbxlSuperclass, { drawn: true }))
  const metadata = modelMetadata(ptbxlSuperclass, 'vit-drawn', seen, { thresholds: new Array(5).fill(0.5) }, {})
  const { name: task, labels, leads, sampleRateHz, samples } = ptbxlSuperclass
  const lesson = { task, labels, leads, sampleRateHz, samples, recipe: {} }
  const teachers = [{ path: 'teacher', model, metadata, sha256: 'a' }]
  checkTeachers(tf, teachers, { ...lesson, ...seen })
  assert.throws(
    () => checkTeachers(tf, teachers, { ...lesson, ...signals }),
    /the teacher sees drawings, and the student signals/,
  )
  const run = {
    tf,
    model,
    train,
    standardization: seen,
    seed: 1,
    dataHash: 'x',
    recipe: { ...recipe, cropSamples: 250 },
  }
  const error = await trainModel(run).then(
    () => 'none',
    ({ message }) => message,
  )
  assert.match(error, /--crop-samples: a network of drawings sees whole records/)
  model.dispose()
})

test.run()
