import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '../../src-ts/random.ts'
import { drawDistortion, draws, undistorted, type Window, writeWindow } from '../../src-ts/train/augment.ts'

const test = suite('augment')
const whole: Window = { samples: 1000, length: 1000, leads: 12, sampleRateHz: 100 }
const crop: Window = { ...whole, length: 250 }
const scaling = { mean: 0.1, deviation: 0.5 }
const ramp = Float32Array.from({ length: 12_000 }, (_, i) => i / 1000)
const drawn = (window: Window, count = 4000) =>
  Array.from({ length: count }, (_, record) => drawDistortion(random(1, record), window))
const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length
const window = (record: Float32Array, of: Window, distortion: Parameters<typeof writeWindow>[2], at = 0) => {
  const out = new Float32Array(at + of.length * of.leads)
  writeWindow(record, of, distortion, scaling, out, at)
  return out
}

test('without distortion a record is only standardized', () => {
  assert.equal(
    window(ramp, whole, undistorted(whole)),
    ramp.map(x => (x - 0.1) / 0.5),
  )
})

test('an undistorted crop is the middle', () => {
  const middle = ramp.subarray(375 * 12, 625 * 12)
  assert.equal(
    window(ramp, crop, undistorted(crop)),
    middle.map(x => (x - 0.1) / 0.5),
  )
})

test('nothing but the window is written', () => {
  const out = window(ramp, crop, drawn(crop, 1)[0], 7)
  assert.ok(out.subarray(0, 7).every(x => x === 0))
})

test('a shift moves the signal and leaves 0 mV behind', () => {
  for (const start of [-3, 3]) {
    const out = window(ramp, whole, { ...undistorted(whole), start })
    for (let t = 0; t < 1000; t++) {
      const value = t + start >= 0 && t + start < 1000 ? ramp[(t + start) * 12] : 0
      // Both sides are rounded to single precision once.
      assert.is(out[t * 12], Math.fround((value - 0.1) / 0.5))
    }
  }
})

test('a lost lead is flat, the others keep their ratio', () => {
  const gain = new Float64Array(12).fill(2)
  gain[5] = 0
  const out = window(ramp, whole, { ...undistorted(whole), gain })
  for (let i = 0; i < out.length; i++) {
    assert.is(out[i], Math.fround(((i % 12 === 5 ? 0 : 2 * ramp[i]) - 0.1) / 0.5))
  }
})

test('wander is a slow sine, noise has the deviation it says', () => {
  const flat = new Float32Array(12_000)
  const plain = undistorted(whole)
  const noisy = window(flat, whole, { ...plain, noise: { deviation: 0.02, from: 130_000 } })
  const values = [...noisy].map(x => x * 0.5 + 0.1)
  // 12,000 draws: the mean scatters by .02 / √12,000, the deviation by .02 / √24,000; five times that.
  assert.ok(Math.abs(mean(values)) < 0.001)
  assert.ok(Math.abs(Math.sqrt(mean(values.map(x => x * x))) - 0.02) < 0.0007)
  const amplitude = Float64Array.from({ length: 12 }, (_, lead) => lead / 10)
  const wandering = window(flat, whole, { ...plain, wander: { frequency: 0.002, phase: 0, amplitude } })
  // A full quarter of a 500-sample period is at sample 125; single precision.
  assert.ok(Math.abs(wandering[125 * 12 + 7] - (0.7 - 0.1) / 0.5) < 1e-6)
})

test('draws have the frequencies and sizes of the recipe', () => {
  const all = drawn(whole)
  const share = (test: (d: (typeof all)[0]) => boolean) => all.filter(test).length / all.length
  // 4,000 draws: shares scatter by less than .008; four times that.
  assert.ok(Math.abs(share(d => d.gain.includes(0)) - 0.3) < 0.03)
  assert.ok(Math.abs(share(d => d.wander.frequency > 0) - 0.5) < 0.03)
  assert.ok(Math.abs(share(d => d.noise.deviation > 0) - 0.5) < 0.03)
  assert.ok(all.every(d => d.gain.filter(g => g === 0).length <= 1))
  assert.ok(all.every(d => d.start >= -100 && d.start <= 100))
  assert.ok(Math.abs(mean(all.map(d => d.start))) < 5, 'shifts are centred: ±58 / √4,000, five times')
  const hertz = all.map(d => d.wander.frequency * 100).filter(f => f > 0)
  assert.ok(hertz.every(f => f >= 0.05 && f <= 0.6))
  const noise = all.map(d => d.noise.deviation).filter(x => x > 0)
  assert.ok(Math.abs(mean(noise) - 0.024) < 0.003, 'exponential, mean .024 mV: ±.00054, five times')
})

test('crops start anywhere, and never outside', () => {
  const starts = drawn(crop).map(d => d.start)
  assert.ok(starts.every(start => start >= 0 && start <= 750))
  assert.ok(Math.min(...starts) < 10 && Math.max(...starts) > 740)
})

test('a beat is shifted by at most 2 samples, and cropped from anywhere', () => {
  const beat: Window = { samples: 250, length: 250, leads: 2, sampleRateHz: 250 }
  const starts = (length: number) =>
    Array.from({ length: 2000 }, (_, i) => draws.beat(random(1, i), { ...beat, length }).start)
  assert.equal(
    [...new Set(starts(250))].sort((a, b) => a - b),
    [-2, -1, 0, 1, 2],
  )
  const cropped = starts(200)
  assert.equal([Math.min(...cropped), Math.max(...cropped)], [0, 50])
})

test('a window of one sample has a drift, too', () => {
  const one: Window = { samples: 250, length: 1, leads: 2, sampleRateHz: 250 }
  const drift = { start: Float64Array.of(1, 2), end: Float64Array.of(3, 4) }
  const out = window(new Float32Array(500), one, { ...undistorted(one), drift })
  // Both terms are rounded to single precision.
  for (const lead of [0, 1]) assert.ok(Math.abs(out[lead] - (drift.start[lead] - 0.1) / 0.5) < 1e-6, `${out}`)
})

test.run()
