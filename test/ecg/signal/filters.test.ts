import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { baseline, withoutBaseline } from '../../../src-ts/ecg/signal/baseline.ts'
import { response } from '../../../src-ts/ecg/signal/butterworth.ts'
import { CausalFilter, type EcgBand, ecgFilter, zeroPhase } from '../../../src-ts/ecg/signal/filters.ts'
import { bridgeGaps } from '../../../src-ts/ecg/signal/gaps.ts'
import { resample } from '../../../src-ts/ecg/signal/resample.ts'
import { HolterError } from '../../../src-ts/errors.ts'
import { random } from '../../../src-ts/random.ts'
import { madeEcg } from '../../helpers/made-ecg.ts'

const test = suite('ecg/signal/filters')
const RATE = 500
const bands: EcgBand[] = [
  { highPassHz: 0.05, lowPassHz: 150 },
  { highPassHz: 0.67, lowPassHz: 40 },
  { highPassHz: 0.5, lowPassHz: 100, notchHz: 50 },
  { notchHz: 60 },
]
const anyBand = fc.constantFrom(...bands)
const seed = fc.integer()
const length = fc.integer({ min: 1, max: 400 })
const noise = (from: number, samples: number) => {
  const stream = random(from)
  return Float64Array.from({ length: samples }, () => stream.normal())
}
/** Sums of some hundred numbers near 1, in another order: 1e-9 is ten thousand times what they lose. */
function near(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9): void {
  assert.is(got.length, expected.length)
  for (let i = 0; i < got.length; i++) {
    const same = Math.abs(got[i] - expected[i]) <= tolerance || (Number.isNaN(got[i]) && Number.isNaN(expected[i]))
    assert.ok(same, `sample ${i}: ${got[i]}, expected ${expected[i]}`)
  }
}

test('filters are linear', () => {
  fc.assert(
    fc.property(anyBand, seed, length, fc.double({ min: -3, max: 3, noNaN: true }), (band, from, samples, factor) => {
      const sections = ecgFilter(band, RATE)
      const [a, b] = [noise(from, samples), noise(from ^ 1, samples)]
      const sum = a.map((x, i) => factor * x + b[i])
      for (const run of [zeroPhase, (s: typeof sections, x: Float64Array) => new CausalFilter(s).filter(x)]) {
        const [fa, fb] = [run(sections, a), run(sections, b)]
        near(
          run(sections, sum),
          fa.map((x, i) => factor * x + fb[i]),
        )
      }
    }),
  )
})

test('causal filters are time-invariant: what stood still before may have stood still for longer', () => {
  fc.assert(
    fc.property(anyBand, seed, length, fc.integer({ min: 1, max: 99 }), (band, from, samples, wait) => {
      const sections = ecgFilter(band, RATE)
      const signal = noise(from, samples)
      const later = new Float64Array(samples + wait).fill(signal[0])
      later.set(signal, wait)
      near(new CausalFilter(sections).filter(later).slice(wait), new CausalFilter(sections).filter(signal))
    }),
  )
})

test('zero-phase filters are the same in both directions of time', () => {
  const signal = madeEcg(20, RATE).signal
  for (const band of bands.slice(1)) {
    const sections = ecgFilter(band, RATE)
    const there = zeroPhase(sections, signal)
    const back = zeroPhase(sections, signal.toReversed()).reverse()
    // The ends are continued by a guess, so that only the middle is compared; a notch rings for about a second.
    near(there.slice(3000, 7000), back.slice(3000, 7000), 1e-3)
  }
})

test('pieces of any length give what the whole gives', () => {
  fc.assert(
    fc.property(anyBand, seed, fc.array(fc.integer({ min: 0, max: 40 })), (band, from, pieces) => {
      const sections = ecgFilter(band, RATE)
      const signal = noise(
        from,
        pieces.reduce((a, b) => a + b, 0),
      )
      const filter = new CausalFilter(sections)
      let at = 0
      const joined = pieces.flatMap(size => {
        at += size
        return [...filter.filter(signal.subarray(at - size, at))]
      })
      assert.equal(joined, [...new CausalFilter(sections).filter(signal)])
    }),
  )
})

test('high-pass filters take an offset of 300 mV away without a jolt', () => {
  for (const band of bands.slice(0, 3)) {
    const out = new CausalFilter(ecgFilter(band, RATE)).filter(new Float64Array(5000).fill(300))
    assert.ok(out.every(value => Math.abs(value) < 1e-6))
  }
})

test('corners lie where they are said to lie, and mains are gone', () => {
  for (const band of bands) {
    const sections = ecgFilter(band, RATE)
    const gain = (hz: number) => response(sections, hz, RATE).gain
    for (const corner of [band.highPassHz, band.lowPassHz]) {
      // Neighbouring filters take a hundredth more.
      if (corner !== undefined) assert.ok(Math.abs(gain(corner) - Math.SQRT1_2) < 0.01, `${corner} Hz: ${gain(corner)}`)
    }
    if (band.notchHz) assert.ok(gain(band.notchHz) < 1e-9 && gain(band.notchHz + 5) > 0.9)
    assert.ok(gain(10) > 0.98, `10 Hz: ${gain(10)}`)
  }
})

test('a frequency that the rate cannot hold is refused', () => {
  for (const band of [{ lowPassHz: 150 }, { notchHz: 50 }, { highPassHz: 0 }]) {
    assert.throws(
      () => ecgFilter(band, 100),
      (error: unknown) => error instanceof HolterError && error.message.includes('at a sample rate of 100 Hz'),
    )
  }
})

test('gaps are bridged for the filter and stay gaps', () => {
  assert.equal([...bridgeGaps([NaN, 1, NaN, NaN, 4, NaN]).bridged], [1, 1, 2, 3, 4, 4])
  assert.equal(bridgeGaps([NaN, 1, NaN]).missing, [0, 2])
  assert.equal([...bridgeGaps([NaN, NaN]).bridged], [0, 0])
  const signal = noise(1, 300).fill(Number.NaN, 100, 120)
  for (const out of [
    zeroPhase(ecgFilter(bands[1], RATE), signal),
    new CausalFilter(ecgFilter(bands[1], RATE)).filter(signal),
  ]) {
    assert.equal(
      [...out.keys()].filter(i => Number.isNaN(out[i])),
      [...signal.keys()].filter(i => Number.isNaN(signal[i])),
    )
  }
})

test('short and empty signals are filtered too', () => {
  for (const samples of [0, 1, 2, 5]) assert.is(zeroPhase(ecgFilter(bands[2], RATE), noise(1, samples)).length, samples)
})

test('resampling keeps constants, lengths of time and gaps', () => {
  const rates = fc.constantFrom(100, 125, 250, 257, 360, 500, 1000, 128.5)
  fc.assert(
    fc.property(rates, rates, length, fc.integer({ min: -300, max: 300 }), (from, to, samples, level) => {
      const out = resample(new Float64Array(samples).fill(level), from, to)
      assert.is(out.length, Math.ceil((samples * to) / from - 1e-9))
      assert.ok(out.every(value => value === level))
    }),
  )
  const gap = resample(noise(1, 1000).fill(Number.NaN, 400, 500), 500, 100)
  assert.equal(
    [...gap.keys()].filter(i => Number.isNaN(gap[i])),
    Array.from({ length: 20 }, (_, i) => 80 + i),
  )
  assert.throws(
    () => resample([1, 2], 0, 100),
    (error: unknown) => error instanceof HolterError,
  )
  assert.is(resample([], 360, 100).length, 0)
})

test('resampling up and down again gives the signal back', () => {
  const { signal } = madeEcg(5, 250, 1, 0)
  const back = resample(resample(signal, 250, 1000), 1000, 250)
  // The window of 60 dB leaves a thousandth.
  near(back.slice(100, -100), signal.slice(100, -100), 2e-3)
})

test('the baseline follows steps and ramps and leaves the beats standing', () => {
  const { signal, beats } = madeEcg(20, 250, 1, 0)
  for (const wander of [(i: number) => (i < 2500 ? 0 : 2), (i: number) => i / 2500]) {
    const flat = withoutBaseline(
      signal.map((x, i) => x + wander(i)),
      250,
    )
    const away = beats.filter(beat => Math.abs(beat - 2500) > 250)
    for (const beat of away) {
      assert.ok(Math.abs(flat[beat] - 1) < 0.08, `R wave ${flat[beat]} mV`)
      assert.ok(Math.abs(flat[beat + 20]) < 0.08, `ST segment ${flat[beat + 20]} mV`)
    }
  }
  assert.equal([...baseline(new Float64Array(100).fill(7), 250)], Array(100).fill(7))
})

test.run()
