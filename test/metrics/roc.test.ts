import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../../src-ts/errors.ts'
import { macroAuc, rocAuc, rocCurve } from '../../src-ts/metrics/roc.ts'

const test = suite('metrics/roc')

// Few distinct scores, so that most cases have ties.
const scored = fc.array(
  fc.record({ score: fc.integer({ min: -6, max: 6 }), positive: fc.integer({ min: 0, max: 1 }) }),
  {
    minLength: 1,
    maxLength: 40,
  },
)
const scoresOf = (records: { score: number }[]) => records.map(({ score }) => score)
const positivesOf = (records: { positive: number }[]) => records.map(({ positive }) => positive)
const same = (a: number, b: number) => (Number.isNaN(a) ? Number.isNaN(b) : a === b)

test('counts pairs by hand, ties half', () => {
  assert.is(rocAuc([1, 2, 3, 4], [0, 0, 1, 1]), 1)
  assert.is(rocAuc([1, 2, 3, 4], [1, 1, 0, 0]), 0)
  assert.is(rocAuc([1, 1, 1], [0, 1, 0]), 0.5)
  // Pairs (2,1) won, (2,2) tied, (3,1) won, (3,2) won, (0,1) and (0,2) lost: 3.5 of 6.
  assert.is(rocAuc([1, 2, 2, 3, 0], [0, 0, 1, 1, 1]), 3.5 / 6)
})

test('is the share of pairs, for any scores', () => {
  fc.assert(
    fc.property(scored, records => {
      let won = 0
      let pairs = 0
      for (const a of records)
        for (const b of records)
          if (a.positive && !b.positive) {
            pairs++
            won += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0
          }
      return same(rocAuc(scoresOf(records), positivesOf(records)), won / pairs)
    }),
  )
})

test('does not change under strictly monotone maps', () => {
  fc.assert(
    fc.property(scored, records => {
      const [scores, positives] = [scoresOf(records), positivesOf(records)]
      const mapped = scores.map(s => Math.exp(s) + s ** 3)
      return same(rocAuc(scores, positives), rocAuc(mapped, positives))
    }),
  )
})

test('of the negated scores is one minus itself', () => {
  fc.assert(
    fc.property(scored, records => {
      const [scores, positives] = [scoresOf(records), positivesOf(records)]
      const sum =
        rocAuc(scores, positives) +
        rocAuc(
          scores.map(s => -s),
          positives,
        )
      // Two correctly rounded quotients: their sum is 1 within two units in the last place.
      return Number.isNaN(sum) ? new Set(positives).size < 2 : Math.abs(sum - 1) <= 2 ** -52
    }),
  )
})

test('does not depend on the order of the records', () => {
  fc.assert(
    fc.property(
      scored.chain(records =>
        fc.tuple(fc.constant(records), fc.shuffledSubarray(records, { minLength: records.length })),
      ),
      ([records, shuffled]) =>
        same(rocAuc(scoresOf(records), positivesOf(records)), rocAuc(scoresOf(shuffled), positivesOf(shuffled))),
    ),
  )
})

test('equals the trapezoids under the curve', () => {
  fc.assert(
    fc.property(scored, records => {
      const [scores, positives] = [scoresOf(records), positivesOf(records)]
      const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(scores, positives)
      let area = 0
      for (let i = 1; i < x.length; i++) area += ((x[i] - x[i - 1]) * (y[i] + y[i - 1])) / 2
      const auc = rocAuc(scores, positives)
      // Up to 14 rounded terms.
      return Number.isNaN(auc) ? Number.isNaN(area) : Math.abs(area - auc) < 1e-14
    }),
  )
})

test('moves records with equal scores together on the curve', () => {
  const { falsePositiveRate, truePositiveRate, thresholds } = rocCurve([2, 2, 1, 0], [1, 0, 1, 0])
  assert.equal([...thresholds], [Number.POSITIVE_INFINITY, 2, 1, 0])
  assert.equal([...falsePositiveRate], [0, 0.5, 0.5, 1])
  assert.equal([...truePositiveRate], [0, 0.5, 1, 1])
})

test('names a label without positives or negatives and leaves it out of the mean', () => {
  const result = macroAuc({
    labels: ['some', 'none', 'all'],
    logits: Float32Array.of(1, 1, 1, 2, 2, 2),
    targets: Uint8Array.of(0, 0, 1, 1, 0, 1),
  })
  assert.is(result.macro, 1)
  assert.equal(result.leftOut, ['none', 'all'])
  assert.ok(Number.isNaN(result.perLabel.none) && Number.isNaN(result.perLabel.all))
})

test('keeps labels in their own order, not the alphabet’s', () => {
  const { perLabel } = macroAuc({
    labels: ['NORM', 'CD', 'MI'],
    logits: Float32Array.of(0, 0, 0, 1, 0, -1),
    targets: Uint8Array.of(0, 0, 0, 1, 1, 1),
  })
  assert.equal(Object.entries(perLabel), [
    ['NORM', 1],
    ['CD', 0.5],
    ['MI', 0],
  ])
})

test('refuses what does not fit together', () => {
  const good = { labels: ['a', 'b'], logits: Float32Array.of(1, 2, 3, 4), targets: Uint8Array.of(0, 1, 1, 0) }
  const refuses = (change: object, pattern: RegExp) =>
    assert.throws(
      () => macroAuc({ ...good, ...change }),
      (error: unknown) => error instanceof HolterError && pattern.test(error.message),
    )
  refuses({ logits: Float32Array.of(1, 2, 3) }, /logits: not a whole number of records \(got 3, expected n × 2\)/)
  refuses({ targets: Uint8Array.of(1) }, /targets: not one per logit \(got 1, expected 4\)/)
  refuses({ logits: Float32Array.of(1, 2, 3, Number.NaN) }, /record 1, label b: the logit is not finite \(got NaN\)/)
  refuses({ targets: Uint8Array.of(0, 1, 2, 0) }, /record 1, label a: the target is neither 0 nor 1 \(got 2\)/)
  refuses({ labels: ['a', 'a'] }, /labels: label names must be there and must differ/)
  assert.throws(() => rocAuc([Number.NaN], [1]), /record 0: the score is not a number/)
})

test.run()
