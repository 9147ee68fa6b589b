import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { comparedScores } from '../../src-ts/metrics/compared-scores.ts'
import { macroAuc } from '../../src-ts/metrics/roc.ts'
import { scoreDifference } from '../../src-ts/metrics/score-difference.ts'
import { random } from '../../src-ts/random.ts'
import { madeUpPredictions } from './predictions.ts'

const test = suite('metrics/compared-scores')
const base = madeUpPredictions({ seed: 1, records: 200 })

/** The same records, answered with more noise. */
function noisier(seed: number, noise: number) {
  const stream = random(seed)
  return { ...base, logits: Float64Array.from(base.logits, logit => logit + noise * stream.normal()) }
}

test('one model against another is the paired difference of evaluate --against', () => {
  const other = noisier(2, 1)
  const [first, second] = comparedScores([[base], [other]])
  const { difference, interval } = scoreDifference(base, other)
  assert.is(first.difference, undefined)
  assert.is(first.scores.mean, macroAuc(base).macro)
  assert.ok(Math.abs(second.difference!.mean - difference) < 1e-12)
  for (const end of [0, 1]) assert.ok(Math.abs(second.difference!.interval[end] - interval[end]) < 1e-12)
})

test('seeds are one row: the mean of their scores, whose interval is narrower than what one of them adds', () => {
  const seeds = [3, 4, 5].map(seed => noisier(seed, 1))
  const [, mean, one] = comparedScores([[base], seeds, [seeds[0]]])
  const scores = seeds.map(each => macroAuc(each).macro)
  assert.equal(mean.scores.values, scores)
  assert.ok(Math.abs(mean.scores.mean - (scores[0] + scores[1] + scores[2]) / 3) < 1e-12)
  const width = ({ difference }: typeof mean) => difference!.interval[1] - difference!.interval[0]
  assert.ok(width(mean) < width(one))
})

test('other records are refused', () => {
  const other = madeUpPredictions({ seed: 9, records: 200 })
  assert.throws(() => comparedScores([[base], [other]]), /the two models were scored on different records/)
})

test.run()
