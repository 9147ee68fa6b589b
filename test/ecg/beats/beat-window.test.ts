import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  BEAT_PEAK,
  BEAT_SAMPLES,
  BeatScale,
  beatFilter,
  cutBeat,
  peakToPeak,
} from '../../../src-ts/ecg/beats/beat-window.ts'

const test = suite('ecg/beats/beat-window')

test('a window holds every third sample, from 350 ms before the peak to 492 ms after it', () => {
  const lead = Float64Array.from({ length: 1000 }, (_, i) => i)
  const window = cutBeat(lead, 500)
  assert.is(window.length, BEAT_SAMPLES)
  assert.equal([window[0], window[1], window[BEAT_PEAK], window[101]], [374, 377, 500, 677])
})

test('beyond the ends of a record the lead stands still', () => {
  const lead = Float64Array.from({ length: 200 }, (_, i) => i + 1)
  assert.equal([...cutBeat(lead, 6).slice(0, 42)], [...new Array(40).fill(1), 1, 4])
  assert.is(cutBeat(lead, 195)[101], 200)
})

/** A window that is flat but for one sample at the peak. */
const spike = (height: number): Float32Array => {
  const window = new Float32Array(BEAT_SAMPLES)
  window[BEAT_PEAK] = height
  return window
}

test('a height is that of the places from one to the other, both included', () => {
  const window = new Float32Array(BEAT_SAMPLES)
  window[BEAT_PEAK - 13] = 9
  window[BEAT_PEAK - 12] = 2
  window[BEAT_PEAK + 12] = -1
  window[BEAT_PEAK + 13] = -9
  assert.is(peakToPeak(window, BEAT_PEAK - 12, BEAT_PEAK + 12), 3)
})

test('the scale is the median height of the last 32 beats, and at least 0.1 mV', () => {
  const scale = new BeatScale()
  scale.push(spike(0.02))
  assert.ok(Math.abs(scale.scaled(spike(0.02))[BEAT_PEAK] - 0.2) < 1e-6)
  for (const height of [2, 2, 8]) scale.push(spike(height))
  assert.is(scale.scaled(spike(1))[BEAT_PEAK], 0.5)
  assert.is(scale.scaled(spike(100))[BEAT_PEAK], 4)
  assert.is(scale.scaled(spike(-100))[BEAT_PEAK], -4)
  for (let i = 0; i < 16; i++) scale.push(spike(8))
  for (let i = 0; i < 16; i++) scale.push(spike(2))
  assert.is(scale.scaled(spike(5))[BEAT_PEAK], 1)
  const [before, after] = [spike(0), spike(0)]
  before[BEAT_PEAK - 12] = 2
  after[BEAT_PEAK + 12] = 2
  for (const window of [before, after]) {
    const edge = new BeatScale()
    edge.push(window)
    assert.is(edge.scaled(spike(1))[BEAT_PEAK], 0.5)
  }
})

test('the filter keeps the peak in its place within a sample of the window, and takes an offset away', () => {
  const lead = Float64Array.from({ length: 3600 }, (_, i) => 300 + Math.exp(-(((i - 1800) / 5) ** 2)))
  const window = cutBeat(beatFilter().filter(lead), 1800)
  const peak = window.indexOf(Math.max(...window))
  assert.ok(peak >= BEAT_PEAK && peak <= BEAT_PEAK + 1, `peak at ${peak}`)
  assert.ok(Math.abs(window[0]) < 0.01)
})

test.run()
