import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CausalFilter, ecgFilter } from '../../src-ts/ecg/signal/filters.ts'
import { resample } from '../../src-ts/ecg/signal/resample.ts'
import { IntegerFilter, LARGEST_MICROVOLTS, PARTS_PER_MICROVOLT } from '../../src-ts/monitor/integer-filter.ts'
import { integerLog, integerRoot } from '../../src-ts/monitor/integer-logarithm.ts'
import { RATE_HZ } from '../../src-ts/monitor/integer-qrs.ts'
import { IntegerResampler } from '../../src-ts/monitor/integer-resampler.ts'
import { Lead, MISSING } from '../../src-ts/monitor/lead.ts'
import { random } from '../../src-ts/random.ts'
import { beatsAt, madeLead, steady, withTallT } from './made-heart.ts'

const test = suite('monitor/front-end')

const bands = [
  { highPassHz: 0.5, lowPassHz: 40 },
  { highPassHz: 0.67, lowPassHz: 40 },
  { notchHz: 50 },
  { notchHz: 60 },
] as const

test('integer filters follow the real ones within five microvolts, with an offset of 300 mV and steps of 10 mV', () => {
  const draw = random(3)
  for (const band of bands) {
    const sections = ecgFilter(band, RATE_HZ)
    const [whole, real] = [new IntegerFilter(sections), new CausalFilter(sections)]
    let worst = 0
    for (let i = 0; i < 60 * RATE_HZ; i++) {
      const microvolts = 300_000 + (i % 3600 < 1800 ? 10_000 : 0) + Math.round(300 * draw.normal())
      const got = whole.next(microvolts * PARTS_PER_MICROVOLT) / PARTS_PER_MICROVOLT
      worst = Math.max(worst, Math.abs(got - real.next(microvolts)))
    }
    assert.ok(worst < 5, `${JSON.stringify(band)}: ${worst} µV`)
  }
})

test('a filter stays exact at the ends of its range: whole numbers below 2⁵³', () => {
  const input = fc.array(fc.constantFrom(-LARGEST_MICROVOLTS, LARGEST_MICROVOLTS, 0), { minLength: 50, maxLength: 400 })
  fc.assert(
    fc.property(input, fc.constantFrom(...bands), (samples, band) => {
      const filter = new IntegerFilter(ecgFilter(band, RATE_HZ))
      for (const sample of samples) {
        const out = filter.next(sample * PARTS_PER_MICROVOLT)
        assert.ok(Number.isSafeInteger(out) && Math.abs(out) < 2 ** 28, String(out))
      }
    }),
    { numRuns: 100 },
  )
})

test('a high-pass filter gives zero for a constant, for ever', () => {
  const filter = new IntegerFilter(ecgFilter({ highPassHz: 0.5 }, RATE_HZ))
  for (let i = 0; i < 10_000; i++) assert.is(filter.next(250_000 * PARTS_PER_MICROVOLT), 0)
})

for (const rate of [100, 128, 200, 250, 257.5, 360, 500, 1000]) {
  test(`resampling from ${rate} to 360 Hz is that of whole records, but for rounding`, () => {
    const seconds = 20
    const beats = beatsAt(steady(22, 0.9))
    const signal = madeLead({ beats, seconds, sampleRateHz: rate, noiseMicrovolts: 0 })
    const expected = resample(signal, rate, RATE_HZ)
    const resampler = new IntegerResampler(rate, RATE_HZ)
    const got: number[] = []
    for (const [i, sample] of signal.entries()) {
      resampler.next(sample, output => got.push(output))
      // An output stands for an instant that the delay has passed.
      const passed = (i + 1) / rate - resampler.delaySeconds
      assert.ok(got.length <= Math.max(0, Math.floor(passed * RATE_HZ + 1e-6) + 1))
    }
    assert.ok(got.length / RATE_HZ > seconds - resampler.delaySeconds - 0.05)
    // Before its first sample the one is taken to stand still, the other at its median: the first instants differ.
    for (let i = RATE_HZ; i < got.length; i++)
      assert.ok(Math.abs(got[i] - expected[i]) < 2, `output ${i}: ${got[i]}, not ${expected[i]}`)
  })
}

test('logarithms and roots in integers', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 47 }), value => {
      assert.ok(Math.abs(integerLog(value) / 65536 - Math.log(value)) < 2e-4, String(value))
      const root = integerRoot(value)
      assert.ok(root * root <= value && (root + 1) ** 2 > value)
    }),
  )
})

/** R peaks that a lead finds, in seconds. */
function found(signal: Int32Array, sampleRateHz: number): number[] {
  const lead = new Lead('II', sampleRateHz)
  const beats: number[] = []
  for (const sample of signal) {
    lead.next(sample)
    beats.push(...lead.takeBeats())
  }
  return beats.map(beat => beat / RATE_HZ)
}

for (const rate of [100, 250, 360, 1000]) {
  test(`every beat is found at ${rate} Hz, its peak within 10 ms`, () => {
    const beats = beatsAt(steady(70, 0.83))
    const peaks = found(madeLead({ beats, seconds: 60, sampleRateHz: rate }), rate)
    assert.is(peaks.length, 70)
    for (const [i, peak] of peaks.entries()) assert.ok(Math.abs(peak - beats[i].seconds) < 0.01, `beat ${i} at ${peak}`)
  })
}

test('high T waves are no beats, and beats of a third of the size are found by the second look', () => {
  const beats = beatsAt(steady(65, 0.9))
  assert.is(found(withTallT(madeLead({ beats, seconds: 60 }), beats, 900), RATE_HZ).length, 65)
  const small = madeLead({ beats, seconds: 60, noiseMicrovolts: 5 })
  const [from, to] = [30.2, 30.9].map(seconds => Math.round(seconds * RATE_HZ))
  for (let i = from; i < to; i++) small[i] = Math.round(small[i] / 3)
  assert.is(found(small, RATE_HZ).length, 65)
})

test('T waves high and sharp enough for beats are learnt from the first three; high ventricular beats stay', () => {
  const beats = beatsAt(steady(65, 0.9))
  const tall = withTallT(madeLead({ beats, seconds: 60 }), beats, 1100, 0.03)
  const peaks = found(tall, RATE_HZ)
  const isBeat = (peak: number) => beats.some(({ seconds }) => Math.abs(peak - seconds) < 0.05)
  assert.is(peaks.filter(isBeat).length, 65)
  assert.ok(peaks.length <= 68, `${peaks.length - 65} T waves taken for beats`)
  const bigeminy = beatsAt(
    Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? 0.48 : 1.2)),
    i => i % 2 === 1,
  )
  assert.is(found(madeLead({ beats: bigeminy, seconds: 56 }), RATE_HZ).length, 64)
})

/** The verdict at the end of a signal. */
function verdict(signal: ArrayLike<number>): string {
  const lead = new Lead('II', RATE_HZ)
  for (let i = 0; i < signal.length; i++) lead.next(signal[i])
  return lead.verdict
}

test('the quality index names what is wrong', () => {
  const good = madeLead({ beats: beatsAt(steady(20, 0.8)), seconds: 15 })
  const draw = random(9)
  assert.is(verdict(good), 'good')
  assert.is(verdict(good.map(value => value + 280_000)), 'good', 'an offset that electrodes hold')
  assert.is(verdict(good.map(value => value + 310_000)), 'lead-off')
  assert.is(verdict(good.map(() => 1234)), 'flat')
  assert.is(verdict(good.map(value => Math.max(-400, Math.min(2400, 30 * value)))), 'saturated')
  const clipped = (to: number) => good.map(value => Math.max(-to, Math.min(to, 6 * value)))
  assert.is(verdict(clipped(300)), 'saturated', 'at whatever level')
  assert.is(verdict(good.map(value => Math.min(600, value))), 'good', 'R peaks that are cut off hide no rhythm')
  assert.is(verdict(good.map(value => Math.round(value + 300 * draw.normal()))), 'noise')
  assert.is(verdict(good.map((value, i) => (i % 5 === 0 ? MISSING : value))), 'missing')
  assert.is(verdict(good.map((value, i) => (i % 50 === 0 ? MISSING : value))), 'good', 'one in fifty is bridged')
  assert.is(verdict(madeLead({ beats: [], seconds: 15 })), 'good', 'a heart that stands still on a good lead')
})

test('any samples give finite whole numbers: fuzz', () => {
  const sample = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constant(MISSING), fc.constant(0))
  fc.assert(
    fc.property(
      fc.array(sample, { minLength: 1, maxLength: 1500 }),
      fc.constantFrom(100, 360, 999),
      (samples, rate) => {
        const lead = new Lead('II', rate, 50)
        for (const value of samples) {
          lead.next(value)
          for (const beat of lead.takeBeats()) assert.ok(Number.isSafeInteger(beat))
        }
        assert.ok(Number.isSafeInteger(lead.at(lead.samples - 1)) && Number.isSafeInteger(lead.clarity))
      },
    ),
    { numRuns: 60 },
  )
})

test.run()
