import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { calibration } from '../../src-ts/metrics/calibration.ts'
import { fitToValidation } from '../../src-ts/metrics/fitted.ts'
import { conv2d } from '../../src-ts/ops/conv2d.ts'
import { modelMetadata } from '../../src-ts/runs/model-metadata.ts'
import { ptbxlSuperclass as task } from '../../src-ts/tasks/ptbxl-superclass.ts'
import { readTflite } from '../../src-ts/tflite/index.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { graphOf } from '../helpers/one-node.ts'
import { madeUpPredictions } from './predictions.ts'

const test = suite('metrics/fitted')
const scaling = { mean: 0.1, deviation: 0.2 }
const predictions = madeUpPredictions({ seed: 1, records: 300, labels: task.labels, steps: 64 })

test('thresholds and temperature are fitted together, and come back from the file that carries them', () => {
  const fitted = fitToValidation(task, predictions)
  assert.is(fitted.thresholds.length, 5)
  const at = (temperature: number) => calibration(predictions, temperature).logLoss
  assert.ok(at(fitted.temperature!) < at(1))
  const metadata = modelMetadata(task, 'tiny', scaling, fitted, {})
  const back = readTflite(writeTflite({ ...graphOf('conv2d', conv2d.cases()[0]), metadata }), 'tiny').metadata!
  assert.is(back.temperature, fitted.temperature)
  assert.equal(back.thresholds, fitted.thresholds)
})

test('without validation records there is no temperature, and thresholds are a half', () => {
  const fitted = fitToValidation(task)
  assert.equal(fitted, { thresholds: [0.5, 0.5, 0.5, 0.5, 0.5] })
  assert.not.ok('temperature' in modelMetadata(task, 'tiny', scaling, fitted, {}))
})

test.run()
