import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { confusion } from '../../src-ts/metrics/confusion.ts'
import { probabilities, sigmoid } from '../../src-ts/metrics/probabilities.ts'
import { macroAuc } from '../../src-ts/metrics/roc.ts'
import { chooseThresholds } from '../../src-ts/metrics/threshold.ts'
import { madeUpPredictions } from './predictions.ts'

const test = suite('metrics/threshold')

const one = (logits: number[], targets: number[]) => ({
  labels: ['only'],
  logits: Float64Array.from(logits),
  targets: Uint8Array.from(targets),
})
const f1At = (predictions: ReturnType<typeof one>, threshold: number) => {
  const decisions = Uint8Array.from(probabilities(predictions), p => Number(p >= threshold))
  return confusion(decisions, predictions).perLabel.only.f1
}

test('lies halfway between the probabilities that it parts', () => {
  const [threshold] = chooseThresholds(one([-2, -1, 1, 2], [0, 0, 1, 1]))
  assert.is(threshold, (sigmoid(1) + sigmoid(-1)) / 2)
})

test('has the highest F1 of all thresholds, whatever the records', () => {
  const record = fc.record({ logit: fc.integer({ min: -4, max: 4 }), target: fc.integer({ min: 0, max: 1 }) })
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 25 }), records => {
      const predictions = one(
        records.map(r => r.logit),
        records.map(r => r.target),
      )
      if (!predictions.targets.includes(1)) return chooseThresholds(predictions)[0] === 0.5
      const best = Math.max(...[0, ...probabilities(predictions)].map(threshold => f1At(predictions, threshold)))
      return f1At(predictions, chooseThresholds(predictions)[0]) === best
    }),
  )
})

test('is the higher one of two equally good', () => {
  // From 2 on: 1 found, F1 = 2/3. From 0 on: 2 found and 2 false, F1 = 2/3.
  const [threshold] = chooseThresholds(one([2, 1, 1, 0], [1, 0, 0, 1]))
  assert.is(threshold, (sigmoid(2) + sigmoid(1)) / 2)
})

test('calls everything positive when that is best, and .5 without positives', () => {
  assert.is(chooseThresholds(one([1, 1], [1, 1]))[0], sigmoid(1) / 2)
  assert.is(chooseThresholds(one([1, 2], [0, 0]))[0], 0.5)
})

test('parts neighbouring doubles and saturated probabilities', () => {
  let next = 0.1
  while (sigmoid(next) === sigmoid(0.1)) next += Number.EPSILON
  const neighbours = one([0.1, next], [0, 1])
  assert.is(f1At(neighbours, chooseThresholds(neighbours)[0]), 1)
  // Both are probability 1 exactly: no threshold can part them, and none pretends to.
  assert.is(chooseThresholds(one([800, 900, -800], [0, 1, 0]))[0], 0.5)
})

test('comes one per label, in label order', () => {
  const predictions = madeUpPredictions({ seed: 1, records: 200, labels: ['B', 'A'] })
  const logits = predictions.logits.map((logit, i) => logit + (i % 2 ? 3 : 0))
  const [b, a] = chooseThresholds({ ...predictions, logits })
  assert.ok(a > 0.8 && b < 0.8, `${b} ${a}`)
})

test('a sigmoid too many would leave the AUC as it is and ruin the thresholds: the types refuse it', () => {
  const predictions = madeUpPredictions({ seed: 2, records: 200 })
  const squashed = probabilities(predictions)
  const twice = { ...predictions, logits: squashed }
  assert.is(macroAuc(twice).macro, macroAuc(predictions).macro)
  assert.ok(
    chooseThresholds(twice).every(threshold => threshold > 0.5),
    'a sigmoid of a probability is never below .5',
  )
  const { labels, targets } = predictions
  const squashedPredictions = { labels, targets, probabilities: squashed }
  // @ts-expect-error: probabilities have no name by which these functions would take them
  assert.throws(() => chooseThresholds(squashedPredictions))
})

test('probabilities are exact in both tails', () => {
  assert.equal([sigmoid(0), sigmoid(800), sigmoid(-800)], [0.5, 1, 0])
  assert.ok(sigmoid(-700) > 0 && sigmoid(-40) === Math.exp(-40) / (1 + Math.exp(-40)))
  fc.assert(
    fc.property(fc.double({ min: -30, max: 30, noNaN: true }), x => Math.abs(sigmoid(x) + sigmoid(-x) - 1) < 1e-15),
  )
})

test.run()
