import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { calibration } from '../src-ts/metrics/calibration.ts'
import { conv2d } from '../src-ts/ops/conv2d.ts'
import { epochProgress, fitToValidation, metadataOf } from '../src-ts/stages.ts'
import { ptbxlSuperclass as task } from '../src-ts/tasks/ptbxl-superclass.ts'
import { readTflite } from '../src-ts/tflite/index.ts'
import { writeTflite } from '../src-ts/tflite/write.ts'
import { graphOf } from './helpers/one-node.ts'
import { madeUpPredictions } from './metrics/predictions.ts'

const test = suite('stages')
const scaling = { mean: 0.1, deviation: 0.2 }
const predictions = madeUpPredictions({ seed: 1, records: 300, labels: task.labels, steps: 64 })

test('thresholds and temperature are fitted together, and come back from the file that carries them', () => {
  const fitted = fitToValidation(task, predictions)
  assert.is(fitted.thresholds.length, 5)
  const at = (temperature: number) => calibration(predictions, temperature).logLoss
  assert.ok(at(fitted.temperature!) < at(1))
  const metadata = metadataOf(task, 'tiny', scaling, fitted, {})
  const back = readTflite(writeTflite({ ...graphOf('conv2d', conv2d.cases()[0]), metadata }), 'tiny').metadata!
  assert.is(back.temperature, fitted.temperature)
  assert.equal(back.thresholds, fitted.thresholds)
})

test('without validation records there is no temperature, and thresholds are a half', () => {
  const fitted = fitToValidation(task)
  assert.equal(fitted, { thresholds: [0.5, 0.5, 0.5, 0.5, 0.5] })
  assert.not.ok('temperature' in metadataOf(task, 'tiny', scaling, fitted, {}))
})

test('the last word of a training is what its last epoch came to', () => {
  const shown: [number, string?][] = []
  const { onBatch, onEpoch } = epochProgress({
    update: (done, more) => shown.push([done, more?.text]),
    stop() {},
  })
  for (const [epoch, score] of [0.5517, 0.5908].entries()) {
    const common = { epoch: epoch + 1, epochs: 2, learningRate: 0.1 }
    for (const batch of [1, 2]) onBatch!({ ...common, batch, batches: 2, loss: 1 / batch })
    onEpoch!({ ...common, loss: 0.75, score, best: true })
  }
  assert.equal(shown, [
    [1, 'epoch 1/2 loss 1.000'],
    [2, 'epoch 1/2 loss 0.500'],
    [2, 'epoch 1/2 loss 0.750 validation 0.5517'],
    [3, 'epoch 2/2 loss 1.000 validation 0.5517'],
    [4, 'epoch 2/2 loss 0.500 validation 0.5517'],
    [4, 'epoch 2/2 loss 0.750 validation 0.5908'],
  ])
})

test.run()
