import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  BEAT_CHANNELS,
  BEAT_FEATURES,
  BeatStream,
  type CutBeat,
  type DescribedBeat,
} from '../../../src-ts/ecg/beats/beat-stream.ts'
import { BEAT_PEAK, BEAT_SAMPLES } from '../../../src-ts/ecg/beats/beat-window.ts'
import { random } from '../../../src-ts/random.ts'

const test = suite('ecg/beats/beat-stream')

const spike = (height: number) => {
  const window = new Float32Array(BEAT_SAMPLES)
  window[BEAT_PEAK] = height
  return window
}
const beat = (seconds: number, height = 1): CutBeat => ({ seconds, windows: [spike(height), spike(-height / 2)] })

const describe = (beats: readonly CutBeat[]): DescribedBeat[] => {
  const stream = new BeatStream()
  return [...beats.flatMap(each => stream.push(each)), ...stream.end()]
}
const feature = ({ features }: DescribedBeat, name: (typeof BEAT_FEATURES)[number]) =>
  features[BEAT_FEATURES.indexOf(name)]
/** The value of a channel at the R peak. */
const peak = ({ channels }: DescribedBeat, name: (typeof BEAT_CHANNELS)[number]) =>
  channels[BEAT_PEAK * BEAT_CHANNELS.length + BEAT_CHANNELS.indexOf(name)]

test('an early beat that is twice as high, by hand', () => {
  const times = [...Array(20).keys()].map(i => 0.8 * i)
  const beats = times.map(seconds => beat(seconds))
  beats.push(beat(times[19] + 0.4, 2), beat(times[19] + 1.6))
  const described = describe(beats)
  assert.is(described.length, 22)
  const [early, after] = described.slice(20)
  // Single precision.
  const near = (got: number, expected: number) => assert.ok(Math.abs(got - expected) < 1e-6, `${got}, not ${expected}`)
  // The interval before the first beat is taken for the one after it, so that all 20 are 0.8 s.
  near(feature(early, 'log RR before / last 10'), Math.log(0.4 / 0.76))
  near(feature(early, 'log RR before / all so far'), Math.log(0.4 / ((20 * 0.8 + 0.4) / 21)))
  near(feature(early, 'log RR after / RR before'), Math.log(3))
  near(feature(early, 'log height / template'), Math.log(2))
  near(feature(early, 'correlation with template'), 1)
  near(feature(early, 'log difference from template'), Math.log(1 / Math.sqrt(29) + 0.02))
  near(peak(early, 'MLII'), 2)
  near(peak(early, 'MLII-template'), 1)
  near(peak(early, 'second'), -2)
  near(peak(early, 'second-template'), -1)
  // The last beat's interval after it is taken for the one before.
  near(feature(after, 'log RR after / RR before'), 0)
  near(peak(after, 'MLII-template'), 0)
})

test('the first eight beats are learned from once', () => {
  // Four beats of height 1 and four of 3 give a scale of 2 and a template of 1; four more of 1 make eight of 12 small, the median of both.
  const heights = [1, 1, 1, 1, 3, 3, 3, 3, 1, 1, 1, 1, 1]
  const described = describe(heights.map((height, i) => beat(i, height)))
  assert.is(peak(described[0], 'MLII'), 0.5)
  assert.is(peak(described[0], 'MLII-template'), -0.5)
  assert.is(peak(described[7], 'MLII-template'), 0.5)
  // Five of nine are small now, so that the scale is 1; the template still stands on the first eight.
  assert.is(peak(described[8], 'MLII'), 1)
  assert.is(peak(described[8], 'MLII-template'), 0)
  // Refreshed after the twelfth: of twelve scaled windows four are 0.5, four 1.5 and four 1.
  assert.is(peak(described[12], 'MLII-template'), 0)
})

test('beats come out when the next one goes in; the first eight together', () => {
  const stream = new BeatStream()
  assert.equal(
    [...Array(12).keys()].map(i => stream.push(beat(i)).length),
    [0, 0, 0, 0, 0, 0, 0, 0, 8, 1, 1, 1],
  )
  assert.is(stream.end().length, 1)
})

test('what comes later changes nothing of what came out', () => {
  const stream = random(1)
  let seconds = 0
  const beats = Array.from({ length: 80 }, () => {
    seconds += 0.5 + 0.5 * stream.uniform()
    return beat(seconds, 0.5 + stream.uniform())
  })
  const all = describe(beats)
  for (const count of [9, 10, 40, 79])
    assert.equal(describe(beats.slice(0, count)).slice(0, -1), all.slice(0, count - 1))
})

test('a recording of one beat, of two, and of none', () => {
  assert.equal(describe([]), [])
  for (const count of [1, 2]) {
    const described = describe([...Array(count).keys()].map(i => beat(i)))
    assert.is(described.length, count)
    assert.ok(described.every(({ features }) => features.length === 10 && features.every(Number.isFinite)))
  }
})

test.run()
