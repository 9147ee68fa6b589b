import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Rhythm, type RhythmFeatures } from '../../../src-ts/ecg/beats/beat-rhythm.ts'

const test = suite('ecg/beats/beat-rhythm')

/** Features of the last beat after these intervals; `post` is the one after it. */
const last = (intervals: readonly number[], post: number): RhythmFeatures => {
  const rhythm = new Rhythm()
  return intervals.map((pre, i) => rhythm.next(pre, intervals[i + 1] ?? post)).at(-1)!
}

/** Doubles through log and exp: a few units in the last place. */
const near = (got: number, expected: number) => assert.ok(Math.abs(got - expected) < 1e-12, `${got}, not ${expected}`)

test('a regular rhythm', () => {
  const { logMedianStep, steadyShare, entropy, ...ratios } = last(Array(70).fill(0.8), 0.8)
  for (const value of Object.values(ratios)) near(value, 0)
  near(logMedianStep, Math.log(0.01))
  assert.is(steadyShare, 1)
  near(entropy, 0)
})

test('an early beat with its pause, by hand', () => {
  // Nineteen intervals of 0.8 s, then one of 0.4 s; the next is 1.2 s long.
  const early = last([...Array(19).fill(0.8), 0.4], 1.2)
  near(early.preToLocal, Math.log(0.4 / 0.76))
  near(early.postToLocal, Math.log(1.2 / 0.76))
  near(early.preToMean, Math.log(0.4 / 0.78))
  near(early.postToPre, Math.log(3))
  near(early.steadyShare, 19 / 20)
  // Of the 171 pairs of the nineteen equal ones, those with the last are not followed alike.
  near(early.entropy, Math.log(172 / 154))
})

test('local is the last ten, the mean has no end, the rhythm is the last 64', () => {
  const slower = last([...Array(100).fill(0.5), ...Array(63).fill(1), 0.5], 0.5)
  near(slower.preToLocal, Math.log(0.5 / 0.95))
  near(slower.preToMean, Math.log(0.5 / ((101 * 0.5 + 63) / 164)))
  near(slower.steadyShare, 62 / 64)
})

test('in bigeminy every interval is far from its neighbour, and yet foretold by it', () => {
  const bigeminy = last(
    Array.from({ length: 64 }, (_, i) => (i % 2 ? 0.5 : 1)),
    1,
  )
  near(bigeminy.logMedianStep, Math.log(Math.log(2) + 0.01))
  near(bigeminy.steadyShare, 1 / 64)
  near(bigeminy.entropy, 0)
})

test('stretches without beats count as 3 s, doubled annotations as 0.1 s', () => {
  near(last([60], 0.001).postToPre, Math.log(0.1 / 3))
})

test.run()
