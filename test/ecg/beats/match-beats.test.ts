import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { matchBeats } from '../../../src-ts/ecg/beats/match-beats.ts'

const test = suite('ecg/beats/match-beats')
const pairs = (reference: number[], detected: number[], window = 54) => [
  ...matchBeats(reference, detected, window).ofReference,
]
const times = fc.uniqueArray(fc.integer({ min: 0, max: 3000 }), { maxLength: 40 }).map(all => all.sort((a, b) => a - b))

test('a detection within the window is the beat, one beyond is not', () => {
  assert.equal(pairs([1000], [1054]), [0])
  assert.equal(pairs([1000], [946]), [0])
  assert.equal(pairs([1000], [1055]), [-1])
  assert.equal(pairs([1000], [945]), [-1])
})

test('of two detections the nearer is the beat, the other is false', () => {
  assert.equal(pairs([1000], [960, 1010]), [1])
  assert.equal(pairs([1000], [990, 1040]), [0])
  assert.equal(pairs([1000, 1080], [1050]), [-1, 0])
})

test('a detection gives way to its rival only if that has no better beat of its own', () => {
  // 1030 is nearer to 1000 than 960 is, but belongs to 1035.
  assert.equal(pairs([1000, 1035], [960, 1030]), [0, 1])
})

test('pairs are one to one, in order, within the window, and the same with the roles exchanged', () => {
  fc.assert(
    fc.property(times, times, (reference, detected) => {
      const { ofReference, ofDetected } = matchBeats(reference, detected, 54)
      let last = -1
      for (const [r, d] of ofReference.entries()) {
        if (d < 0) continue
        assert.ok(d > last && Math.abs(reference[r] - detected[d]) <= 54)
        assert.is(ofDetected[d], r)
        last = d
      }
      const found = (of: Int32Array) => of.filter(i => i >= 0).length
      assert.is(found(ofReference), found(ofDetected))
      // Equal times apart: there the rule has to begin with one of the two.
      if (!reference.some(time => detected.includes(time)))
        assert.equal([...matchBeats(detected, reference, 54).ofReference], [...ofDetected])
    }),
  )
})

test.run()
