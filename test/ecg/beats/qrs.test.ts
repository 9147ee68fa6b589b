import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { matchBeats } from '../../../src-ts/ecg/beats/match-beats.ts'
import { clearestLead, detectQrs } from '../../../src-ts/ecg/beats/qrs.ts'
import { QrsDetector } from '../../../src-ts/ecg/beats/qrs-detector.ts'
import { locateMitBih, openMitBih } from '../../../src-ts/ecg/datasets/mit-bih.ts'
import { DS1, DS2 } from '../../../src-ts/ecg/datasets/mit-bih-sets.ts'
import { HolterError } from '../../../src-ts/errors.ts'
import { grossCounts, qrsScore } from '../../../src-ts/metrics/ec57.ts'
import { scoreRecord } from '../../../src-ts/metrics/mit-bih-qrs.ts'
import { random } from '../../../src-ts/random.ts'
import { ecgDataDir, skip } from '../../helpers/environment.ts'
import { madeEcg } from '../../helpers/made-ecg.ts'

const name = 'ecg/qrs'
const test = suite(name)

function allFound(beats: readonly number[], detected: Int32Array, sampleRateHz: number, withinSeconds: number): void {
  assert.is(detected.length, beats.length, 'as many as there are')
  for (const [i, beat] of beats.entries()) {
    const off = Math.abs(detected[i] - beat) / sampleRateHz
    assert.ok(off <= withinSeconds, `beat ${i} at ${beat}: ${detected[i]}`)
  }
}

test('finds every beat at its peak, at all usual rates, from the first on', () => {
  for (const rate of [100, 125, 250, 360, 500, 1000]) {
    const { signal, beats } = madeEcg(20, rate)
    // One sample at 100 Hz, and the 3 ms by which noise moves a peak.
    allFound(beats, detectQrs(signal, rate), rate, 0.013)
  }
})

test('the peak is that of R, or the deepest S where that is larger by half', () => {
  for (const [depth, seconds] of [
    [1.3, 0],
    [1.7, 0.04],
  ] as const) {
    const signal = new Float64Array(20 * 360)
    const wave = (at: number, height: number) => {
      for (let i = -20; i <= 20; i++) signal[at + i] += height * Math.exp(-0.5 * (i / 3) ** 2)
    }
    const beats = Array.from({ length: 22 }, (_, i) => 300 + 300 * i)
    for (const beat of beats) {
      wave(beat, 1)
      wave(beat + Math.round(0.04 * 360), -depth)
    }
    allFound(
      beats.map(beat => beat + seconds * 360),
      detectQrs(signal, 360),
      360,
      0.012,
    )
  }
})

test('sign, gain and offset of a lead do not matter', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: -20, max: 20 }),
      fc.boolean(),
      fc.integer({ min: -500, max: 500 }),
      (seed, power, down, offset) => {
        const { signal } = madeEcg(15, 250, seed, 0.05)
        const gain = (down ? -1 : 1) * 2 ** power
        // Exactly: a power of two scales every float of the way without rounding.
        assert.equal(
          detectQrs(
            signal.map(x => gain * x),
            250,
          ),
          detectQrs(signal, 250),
        )
        assert.equal(
          detectQrs(
            signal.map(x => x + offset),
            250,
          ),
          detectQrs(signal, 250),
        )
      },
    ),
    { numRuns: 25 },
  )
})

test('what comes later changes nothing that was found, and nothing comes later than 4.5 s', () => {
  const { signal } = madeEcg(60)
  const detector = new QrsDetector(250)
  const all: number[] = []
  for (const [i, sample] of signal.entries()) {
    for (const beat of detector.next(sample)) {
      assert.ok(i - beat <= 4.5 * 250)
      assert.ok(beat > (all.at(-1) ?? -1), 'in ascending order')
      all.push(beat)
    }
  }
  const part = new QrsDetector(250)
  const early = [...signal.subarray(0, 8000)].flatMap(sample => [...part.next(sample)])
  assert.equal(all.slice(0, early.length), early)
})

test('survives a gap, and finds the beats again when the amplitude drops to a tenth', () => {
  const { signal, beats } = madeEcg(60, 250, 3, 0.002)
  const gap = signal.slice().fill(Number.NaN, 5000, 7500)
  const outside = beats.filter(beat => beat < 4950 || beat > 7600)
  const found = matchBeats(outside, detectQrs(gap, 250), 10)
  assert.is(found.ofReference.filter(d => d < 0).length, 0)
  const quiet = signal.map((x, i) => (i < 7500 ? x : x / 10))
  const late = beats.filter(beat => beat > 7500 + 6 * 250)
  assert.is(matchBeats(late, detectQrs(quiet, 250), 10).ofReference.filter(d => d < 0).length, 0)
})

test('finds nothing in nothing', () => {
  assert.is(detectQrs(new Float64Array(0), 250).length, 0)
  assert.is(detectQrs(new Float64Array(2500), 250).length, 0)
  assert.is(detectQrs(new Float64Array(2500).fill(3), 250).length, 0)
  assert.is(detectQrs(new Float64Array(2500).fill(Number.NaN), 250).length, 0)
})

test('goes silent when the heart does: noise alone is no beat once beats were seen', () => {
  const { signal } = madeEcg(60, 250, 5)
  const stream = random(8)
  const stopped = signal.map((x, i) => (i < 5000 ? x : 0.02 * stream.normal()))
  assert.is(detectQrs(stopped, 250).filter(beat => beat > 5250).length, 0)
})

test('a rate that cannot show a QRS complex is refused', () => {
  assert.throws(
    () => detectQrs(new Float64Array(100), 25),
    (error: unknown) => error instanceof HolterError,
  )
})

test('takes the first lead unless another is much clearer', () => {
  const clear = madeEcg(20, 250, 1, 0.02).signal
  const noisy = madeEcg(20, 250, 1, 0.3).signal
  const flat = new Float64Array(clear.length)
  assert.is(clearestLead([clear, clear], 250), 0)
  assert.is(clearestLead([noisy, clear], 250), 1)
  assert.is(clearestLead([flat, noisy, clear], 250), 2)
  assert.is(clearestLead([flat, flat], 250), 0)
})

const dir = ecgDataDir()
const folder = dir && locateMitBih(dir)
const figure = 'sensitivity and positive predictivity on the 48 records of MIT-BIH'
if (!folder) skip(name, figure, 'ECG_DATA_DIR names no folder with MIT-BIH records')
else {
  test(figure, () => {
    const records = openMitBih(folder).map(scoreRecord)
    const percent = (ids?: readonly string[]) => {
      const gross = grossCounts(records.filter(({ record }) => !ids || ids.includes(record)))
      const { sensitivity, positivePredictivity } = qrsScore(gross)
      return {
        beats: gross.truePositives + gross.falseNegatives,
        se: 100 * sensitivity,
        ppv: 100 * positivePredictivity,
      }
    }
    const [all, ds1, ds2] = [percent(), percent(DS1), percent(DS2)]
    assert.is(ds2.beats, 41_515, 'beats of DS2 from minute five on')
    assert.is(all.beats, 91_285)
    // Asked for are 99.5; measured were 99.904 and 99.803, for DS1 99.833 and 99.774, for DS2 99.964 and 99.820.
    assert.ok(all.se >= 99.9 && all.ppv >= 99.8, `all: Se ${all.se}, +P ${all.ppv}`)
    assert.ok(ds1.se >= 99.83 && ds1.ppv >= 99.77, `DS1: Se ${ds1.se}, +P ${ds1.ppv}`)
    assert.ok(ds2.se >= 99.96 && ds2.ppv >= 99.81, `DS2: Se ${ds2.se}, +P ${ds2.ppv}`)
  })
}

test.run()
