import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { calibration, LARGEST } from '../../src-ts/metrics/calibration.ts'
import { decide } from '../../src-ts/metrics/confusion.ts'
import { recordLosses } from '../../src-ts/metrics/log-loss.ts'
import { fitTemperature } from '../../src-ts/metrics/temperature.ts'
import { random } from '../../src-ts/random.ts'
import { madeUpBeats, madeUpPredictions } from './predictions.ts'

const test = suite('metrics/calibration')

const near = (got: number, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(got - expected) <= tolerance, `${got}, expected ${expected}`)
const logit = (p: number) => Math.log(p / (1 - p))

test('equals a case computed by hand, two labels', () => {
  // A: .9 .9 .1 with 1 0 0; B: .5 .5 .5 with 1 1 0. Fifteenths: .9 is in bin 13, .1 in bin 1, .5 in bin 7.
  const logits = [0.9, 0.5, 0.9, 0.5, 0.1, 0.5].map(logit)
  const predictions = {
    labels: ['A', 'B'],
    logits: Float64Array.from(logits),
    targets: Uint8Array.of(1, 1, 0, 1, 0, 0),
  }
  const { expectedCalibrationError, brierScore, logLoss, curves } = calibration(predictions)
  const ofA = (2 / 3) * (0.9 - 0.5) + (1 / 3) * 0.1
  const ofB = 2 / 3 - 0.5
  // 1e-12: a sum of a few doubles.
  near(curves[0].expectedCalibrationError, ofA)
  near(curves[1].expectedCalibrationError, ofB)
  near(expectedCalibrationError, (ofA + ofB) / 2)
  near(brierScore, (0.1 ** 2 + 0.9 ** 2 + 0.1 ** 2 + 3 * 0.25) / 6)
  near(logLoss, -(2 * Math.log(0.9) + Math.log(0.1) + 3 * Math.log(0.5)) / 6)
  assert.equal(
    curves.map(curve => curve.name),
    ['A', 'B'],
  )
  assert.equal(
    curves[0].bins.map(bin => bin.count),
    [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0],
  )
  near(curves[0].bins[13].confidence, 0.9)
  near(curves[0].bins[13].share, 0.5)
  assert.ok(Number.isNaN(curves[0].bins[0].share))
})

test('equals a case computed by hand, labels that exclude each other', () => {
  // Softmax of logarithms gives the numbers back. Largest: .7 right, .6 wrong.
  const predictions = {
    kind: 'single-label' as const,
    labels: ['N', 'S', 'V'],
    logits: Float64Array.from([0.7, 0.2, 0.1, 0.3, 0.6, 0.1], Math.log),
    targets: Uint8Array.of(1, 0, 0, 0, 0, 1),
  }
  const { expectedCalibrationError, brierScore, logLoss, curves } = calibration(predictions)
  near(expectedCalibrationError, (0.3 + 0.6) / 2)
  near(brierScore, (0.3 ** 2 + 0.2 ** 2 + 0.1 ** 2 + 0.3 ** 2 + 0.6 ** 2 + 0.9 ** 2) / 2)
  near(logLoss, -(Math.log(0.7) + Math.log(0.1)) / 2)
  assert.equal([curves.length, curves[0].name], [1, LARGEST])
})

test('a probability of 1 is in the last bin, and losses of large logits do not overflow', () => {
  const sure = { labels: ['A'], logits: Float64Array.of(800, -800), targets: Uint8Array.of(1, 1) }
  const { curves } = calibration(sure)
  assert.equal([curves[0].bins[14].count, curves[0].bins[0].count], [1, 1])
  assert.equal([...recordLosses(sure)], [0, 800])
  const logits = Float64Array.of(900, 0, -900, 0)
  const targets = Uint8Array.of(0, 1, 0, 1)
  assert.equal([...recordLosses({ kind: 'single-label', labels: ['A', 'B'], logits, targets })], [900, 0])
})

test('finds the temperature by which logits were multiplied, for both kinds of labels', () => {
  const { uniform, normal } = random(4)
  const labels = ['A', 'B', 'C']
  const truths = Float64Array.from({ length: 30_000 }, () => 1.5 * normal())
  const hot = truths.map(z => 2.5 * z)
  const independent = truths.map(z => Number(uniform() < 1 / (1 + Math.exp(-z))))
  // 10,000 records: the standard error of the fit is about 1 %.
  near(fitTemperature({ labels, logits: hot, targets: Uint8Array.from(independent) }), 2.5, 0.1)
  const targets = new Uint8Array(truths.length)
  for (let row = 0; row < truths.length; row += 3) {
    const [a, b, c] = [0, 1, 2].map(j => Math.exp(truths[row + j]))
    const at = uniform() * (a + b + c)
    targets[row + (at < a ? 0 : at < a + b ? 1 : 2)] = 1
  }
  near(fitTemperature({ kind: 'single-label', labels, logits: hot, targets }), 2.5, 0.1)
})

test('no temperature near the fitted one has a smaller log loss, and it changes no decision', () => {
  for (const predictions of [
    madeUpPredictions({ seed: 3, records: 300 }),
    madeUpPredictions({ seed: 4, records: 80, noise: 5 }),
    madeUpBeats({ seed: 5, records: 300 }),
  ]) {
    const best = fitTemperature(predictions)
    const loss = (temperature: number) => calibration(predictions, temperature).logLoss
    assert.ok(best > 0.05 && best < 20)
    for (const factor of [0.5, 0.9, 0.99, 1.01, 1.1, 2]) assert.ok(loss(best * factor) > loss(best), `${factor}`)
    const cooled = { ...predictions, logits: Float64Array.from(predictions.logits, z => z / best) }
    const half = predictions.labels.map(() => 0.5)
    assert.equal(decide(cooled, half), decide(predictions, half))
  }
})

test('a fit without a best temperature ends at the range, one without a slope stays inside it', () => {
  const parted = { labels: ['A'], logits: Float64Array.of(-1, 1), targets: Uint8Array.of(0, 1) }
  near(fitTemperature(parted), 1 / 20, 1e-9)
  const wrong = { ...parted, targets: Uint8Array.of(1, 0) }
  near(fitTemperature(wrong), 20, 1e-9)
  assert.throws(() => fitTemperature({ ...parted, targets: Uint8Array.of(0) }), /not one per logit/)
})

test.run()
