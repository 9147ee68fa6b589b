import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { evaluate } from '../../src-ts/metrics/evaluation.ts'
import { chooseThresholds } from '../../src-ts/metrics/threshold.ts'
import { madeUpBeats, madeUpPredictions } from './predictions.ts'

const test = suite('metrics/evaluation')

const labels = ['NORM', 'CD', 'STTC', 'MI', 'HYP']
// Fine steps: between equal probabilities the order of the labels would decide.
const predictions = madeUpPredictions({ seed: 1, records: 200, labels, steps: 2 ** 30 })
const thresholds = chooseThresholds(predictions)

test('has the fields that scripts rely on, in label order', () => {
  const result = JSON.parse(JSON.stringify(evaluate(predictions, thresholds, { resamples: 100 })))
  assert.is(result.records, 200)
  assert.equal(result.classes, labels)
  for (const field of ['auc', 'aucInterval', 'averagePrecision', 'perClass', 'thresholds'])
    assert.equal(Object.keys(result[field]), labels)
  for (const field of ['macroAuc', 'accuracy', 'exactMatch', 'macroF1', 'microF1'])
    assert.ok(result[field] > 0.3 && result[field] <= 1, field)
  assert.is(result.macroAucInterval.length, 2)
  assert.is(result.perClass.NORM.support, predictions.targets.filter((target, i) => i % 5 === 0 && target).length)
  assert.ok(Math.abs(result.macroAuc - labels.reduce((sum, label) => sum + result.auc[label], 0) / 5) < 1e-15)
  assert.equal(result.bootstrap, { resamples: 100, redrawn: 0, seed: 0 })
})

test('has the same fields where labels exclude each other, and a confusion matrix', () => {
  const beats = madeUpBeats({ seed: 2, records: 500 })
  const result = JSON.parse(JSON.stringify(evaluate(beats, [0.5, 0.5, 0.5, 0.5], { resamples: 100 })))
  const multi = JSON.parse(JSON.stringify(evaluate(predictions, thresholds, { resamples: 20 })))
  assert.equal(
    Object.keys(result).filter(key => key !== 'confusionMatrix'),
    Object.keys(multi),
  )
  const right = result.confusionMatrix.reduce((sum: number, row: number[], j: number) => sum + row[j], 0)
  assert.is(result.accuracy, right / 500)
  for (const score of ['accuracy', 'balancedAccuracy', 'macroF1', 'macroAuc']) {
    const [low, high] = result[`${score}Interval`]
    assert.ok(low < result[score] && result[score] < high, score)
  }
})

test('reports calibration before and after a temperature, which changes no other score', () => {
  const options = { resamples: 20 }
  const { calibration, ...plain } = evaluate(predictions, thresholds, options)
  const cooled = evaluate(predictions, thresholds, { ...options, temperature: 1.7 })
  assert.is(cooled.temperature, 1.7)
  assert.equal(cooled.calibration, calibration)
  assert.not.equal(cooled.calibrated, calibration)
  for (const key of Object.keys(plain) as (keyof typeof plain)[]) assert.equal(cooled[key], plain[key], key)
})

test('is the same whatever the order of the labels', () => {
  const order = [4, 2, 0, 3, 1]
  const move = <T extends Float64Array | Uint8Array>(matrix: T) =>
    matrix.map((_, i) => matrix[Math.floor(i / 5) * 5 + order[i % 5]]) as T
  const moved = {
    labels: order.map(j => labels[j]),
    logits: move(predictions.logits as Float64Array),
    targets: move(predictions.targets),
    patients: predictions.patients,
  }
  const before = evaluate(predictions, thresholds, { resamples: 50 })
  const after = evaluate(
    moved,
    order.map(j => thresholds[j]),
    { resamples: 50 },
  )
  assert.equal(Object.keys(after.auc), moved.labels)
  // uvu compares objects by key, so this holds each label's number, not its place.
  for (const field of ['auc', 'aucInterval', 'perClass', 'thresholds'] as const)
    assert.equal(after[field], before[field])
  assert.is(after.exactMatch, before.exactMatch)
})

test('a label without positives is null in JSON, named, and left out of the means', () => {
  const targets = predictions.targets.map((target, i) => (i % 5 === 2 ? 0 : target))
  const result = JSON.parse(JSON.stringify(evaluate({ ...predictions, targets }, thresholds, { resamples: 20 })))
  assert.is(result.auc.STTC, null)
  assert.equal(result.aucInterval.STTC, [null, null])
  assert.equal(result.leftOut, ['STTC'])
  assert.ok(result.macroAuc > 0.5 && result.macroF1 > 0)
})

test.run()
