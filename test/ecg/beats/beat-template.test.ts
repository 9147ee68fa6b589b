import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BeatTemplate, compareShape } from '../../../src-ts/ecg/beats/beat-template.ts'
import { BEAT_PEAK, BEAT_SAMPLES } from '../../../src-ts/ecg/beats/beat-window.ts'

const test = suite('ecg/beats/beat-template')
const flat = (value: number) => new Float32Array(BEAT_SAMPLES).fill(value)
const beat = (height: number, width = 3) =>
  Float32Array.from({ length: BEAT_SAMPLES }, (_, i) => height * Math.exp(-(((i - BEAT_PEAK) / width) ** 2)))

test('the median of the last 48 beats, refreshed after every fourth', () => {
  const template = new BeatTemplate()
  for (const value of [1, 2, 6]) template.push(flat(value))
  assert.is(template.window[0], 0)
  template.push(flat(4))
  assert.is(template.window[0], 3)
  for (let i = 0; i < 3; i++) template.push(flat(9))
  assert.is(template.window[101], 3)
  template.refresh()
  assert.is(template.window[101], 6)
  // Of the last 48, 24 are 5 and 24 are 7; a shorter memory would know 7 only, or mostly.
  for (let i = 0; i < 52; i++) template.push(flat(5))
  for (let i = 0; i < 24; i++) template.push(flat(7))
  template.refresh()
  assert.is(template.window[50], 6)
})

test('a window that was handed out is not changed by later beats', () => {
  const template = new BeatTemplate()
  for (let i = 0; i < 4; i++) template.push(flat(1))
  const before = template.window
  for (let i = 0; i < 8; i++) template.push(flat(5))
  assert.is(before[0], 1)
})

test('shapes: the same, the same but larger, upside down, wider, and a flat line', () => {
  const usual = beat(1)
  const same = compareShape(usual, usual)
  assert.ok(Math.abs(same.correlation - 1) < 1e-9)
  assert.is(same.logDifference, Math.log(0.02))
  assert.is(same.logHeight, 0)
  const larger = compareShape(beat(2), usual)
  assert.ok(Math.abs(larger.correlation - 1) < 1e-6)
  assert.ok(Math.abs(larger.logHeight - Math.LN2) < 1e-3)
  assert.ok(Math.abs(compareShape(beat(-1), usual).correlation + 1) < 1e-6)
  assert.ok(compareShape(beat(1, 9), usual).correlation < 0.8)
  assert.equal(compareShape(flat(0), usual).correlation, 0)
  assert.ok(Math.abs(compareShape(flat(0), usual).logHeight - Math.log(0.05)) < 1e-3)
})

test('only 100 ms before to 133 ms after the peak are compared', () => {
  const [inside, outside] = [new Float32Array(BEAT_SAMPLES), new Float32Array(BEAT_SAMPLES)]
  for (const place of [BEAT_PEAK - 12, BEAT_PEAK + 16]) inside[place] = 1
  for (const place of [BEAT_PEAK - 13, BEAT_PEAK + 17]) outside[place] = 1
  assert.ok(Math.abs(compareShape(inside, flat(0)).logDifference - Math.log(Math.sqrt(2 / 29) + 0.02)) < 1e-6)
  assert.is(compareShape(outside, flat(0)).logDifference, Math.log(0.02))
})

test.run()
