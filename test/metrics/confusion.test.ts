import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { confusion, decide } from '../../src-ts/metrics/confusion.ts'

const test = suite('metrics/confusion')

// Four records, labels X Y Z.   X TP FP TN FN, Y all right, Z never called and never there.
const labels = ['X', 'Y', 'Z']
const targets = Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0)
const decisions = Uint8Array.of(1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0)

test('counts by hand', () => {
  const { perLabel } = confusion(decisions, { labels, targets })
  const { sensitivity, specificity, precision, f1, support, ...counts } = perLabel.X
  assert.equal([sensitivity, specificity, precision, f1, support], [0.5, 0.5, 0.5, 0.5, 2])
  assert.equal(counts, { truePositives: 1, falsePositives: 1, trueNegatives: 1, falseNegatives: 1 })
  assert.is(perLabel.Y.f1, 1)
  assert.is(perLabel.Z.specificity, 1)
  assert.ok([perLabel.Z.sensitivity, perLabel.Z.precision, perLabel.Z.f1].every(Number.isNaN))
})

test('means accuracy over all labels, not one of them', () => {
  const { accuracy, exactMatch } = confusion(decisions, { labels, targets })
  assert.is(accuracy, 10 / 12)
  assert.is(exactMatch, 2 / 4)
  // The accuracy of any single label would be .5 (X) or 1 (Y, Z).
  assert.not.equal([0.5, 1].includes(accuracy), true)
})

test('leaves a label that is never there and never called out of macro F1, and counts all pairs in micro F1', () => {
  const { macroF1, microF1 } = confusion(decisions, { labels, targets })
  assert.is(macroF1, 0.75)
  assert.is(microF1, (2 * 4) / (2 * 4 + 1 + 1))
})

test('where labels exclude each other the accuracy is the share of right records, and a matrix shows who is taken for whom', () => {
  // N taken for N, N for S, S for S, V for N.
  const truth = Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1)
  const called = Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0)
  const kind = 'single-label' as const
  const result = confusion(called, { kind, labels: ['N', 'S', 'V'], targets: truth })
  assert.is(result.accuracy, 2 / 4)
  assert.is(result.exactMatch, 2 / 4)
  assert.is(result.microF1, 2 / 4)
  assert.is(result.balancedAccuracy, (1 / 2 + 1 + 0) / 3)
  assert.is(result.weightedF1, (2 * (1 / 2) + 1 * (2 / 3) + 1 * 0) / 4)
  assert.equal(result.matrix, [
    [1, 1, 0],
    [0, 1, 0],
    [1, 0, 0],
  ])
})

test('decides on probabilities, one threshold per label in label order', () => {
  const logits = Float32Array.of(0, 0, 0, Math.log(9), Math.log(9), Math.log(9))
  const two = { labels, logits, targets: new Uint8Array(6) }
  assert.equal([...decide(two, [0.5, 0.51, 0.95])], [1, 0, 0, 1, 1, 0])
  assert.throws(() => decide(two, [0.5]), /thresholds: not one per label \(got 1, expected 3\)/)
})

test('gives a record in which no label passes its most probable one, unless there is one label only', () => {
  const undecided = { labels, logits: Float32Array.of(-3, -1, -2, -1, -1, -2), targets: new Uint8Array(6) }
  assert.equal([...decide(undecided, [0.9, 0.9, 0.9])], [0, 1, 0, 1, 0, 0])
  const single = { labels: ['AF'], logits: Float32Array.of(-3, 3), targets: new Uint8Array(2) }
  assert.equal([...decide(single, [0.5])], [0, 1])
})

test.run()
