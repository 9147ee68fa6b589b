import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { alikePairs, IntervalEntropy } from '../../../src-ts/ecg/beats/interval-entropy.ts'
import { random } from '../../../src-ts/random.ts'

const test = suite('ecg/beats/interval-entropy')

const last = (logs: readonly number[]) => {
  const entropy = new IntervalEntropy()
  return logs.map(log => entropy.next(log)).at(-1)!
}

test('pairs are counted by hand', () => {
  // Alike and followed by something: places 0, 2 and 4; what follows is 9, 9 and 5.
  assert.equal(alikePairs([1, 9, 1, 9, 1, 5], 0.5), { pairs: 4, goOn: 2 })
  assert.equal(alikePairs([1], 0.5), { pairs: 0, goOn: 0 })
})

test('what repeats itself has none, independent intervals have that of their spread, and only the last 64 count', () => {
  const draw = random(3)
  const drawn = Array.from({ length: 400 }, () => 0.2 * draw.normal())
  assert.is(last(Array.from({ length: 90 }, (_, i) => 0.4 * (i % 3))), 0)
  // Two numbers of deviation .2 are within .06 of each other with p = .168: log(1 / .168) = 1.78, within what 64 of them tell.
  const mean = [...Array(300).keys()].reduce((sum, i) => sum + last(drawn.slice(i, i + 64)), 0) / 300
  assert.ok(mean > 1.5 && mean < 2.1, `${mean}`)
  assert.is(last([...drawn, ...Array(64).fill(0)]), 0)
})

test.run()
