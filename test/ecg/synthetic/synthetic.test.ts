import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Dataset } from '../../../src-ts/ecg/datasets/dataset.ts'
import { DEFAULT_RECORDS, openSynthetic } from '../../../src-ts/ecg/synthetic/synthetic.ts'
import { HolterError } from '../../../src-ts/errors.ts'

const test = suite('ecg/synthetic/synthetic')
const all = ['train', 'validation', 'test'] as const

const signals = (dataset: Dataset): Float32Array => {
  const out = new Float32Array(dataset.length * 12_000)
  for (let i = 0; i < dataset.length; i++) dataset.read(i, out, i * 12_000)
  return out
}

test('the default: sizes, folds, patients, labels', async () => {
  const { records, folds, dropped, splits, source, synthetic } = await openSynthetic(3, all)
  assert.equal(records, { train: 1600, validation: 240, test: 240 })
  assert.equal(folds, [200, 200, 200, 200, 200, 200, 200, 200, 240, 240])
  assert.equal([dropped, source, synthetic], [{}, 'seed 3', true])
  const foldOf = new Map<string, number>()
  let patients = 0
  for (const split of all) {
    const { targets, labels, records: infos, samples, sampleRateHz, leads } = splits[split]!
    assert.equal([labels.join(' '), samples, sampleRateHz, leads.length], ['CD HYP MI NORM STTC', 1000, 100, 12])
    const counts = labels.map((_, label) => targets.filter((value, i) => i % 5 === label && value === 1).length)
    for (const count of counts) assert.ok(count > infos.length / 10, `${split}: ${counts}`)
    let several = 0
    for (const [i, { patient, fold }] of infos.entries()) {
      assert.is(foldOf.get(patient) ?? fold, fold)
      if (!foldOf.has(patient)) patients++
      foldOf.set(patient, fold)
      const own = [...targets.subarray(i * 5, i * 5 + 5)]
      const sum = own.reduce((total, value) => total + value, 0)
      assert.ok(sum === 1 || (sum === 2 && own[3] === 0), 'one or two labels, NORM alone')
      if (sum === 2) several++
    }
    assert.ok(several > infos.length / 20)
  }
  assert.ok(patients < DEFAULT_RECORDS * 0.95 && patients > DEFAULT_RECORDS * 0.7)
})

test('the same seed gives the same bytes, whichever splits are opened; another seed others', async () => {
  const whole = await openSynthetic(5, all, 104)
  assert.is((await openSynthetic(5, all, 104)).hash, whole.hash)
  assert.is.not((await openSynthetic(6, all, 104)).hash, whole.hash)
  const alone = await openSynthetic(5, ['test'], 104)
  assert.equal(Object.keys(alone.splits), ['test'])
  assert.equal(alone.records, whole.records)
  assert.equal(signals(alone.splits.test!), signals(whole.splits.test!))
})

test('limb leads fit each other to the microvolt', async () => {
  const { splits } = await openSynthetic(1, ['test'], 260)
  const x = signals(splits.test!)
  // Every lead was rounded to 1 µV on its own: half a step each, weighted as the formulas do, plus single precision.
  const near = (a: number, b: number, steps: number) => Math.abs(a - b) <= steps * 0.001 + 1e-6
  for (let at = 0; at < x.length; at += 12) {
    const [i, ii, iii, avr, avl, avf] = x.subarray(at, at + 6)
    assert.ok(
      near(iii, ii - i, 1.5) &&
        near(avr, -(i + ii) / 2, 1) &&
        near(avl, i - ii / 2, 1.25) &&
        near(avf, ii - i / 2, 1.25),
    )
  }
})

test('it looks like an ECG: voltages, rate, rhythm that varies', async () => {
  const { splits } = await openSynthetic(2, ['validation'], 520)
  const dataset = splits.validation!
  const x = signals(dataset)
  for (let record = 0; record < dataset.length; record++) {
    // R peaks by the steepness summed over the leads: twice the median of the local maxima is far above noise and T.
    const activity = Array.from({ length: 999 }, (_, i) => {
      let sum = 0
      for (let lead = 0; lead < 12; lead++) {
        const at = (record * 1000 + i) * 12 + lead
        sum += Math.abs(x[at + 12] - x[at])
      }
      return sum
    })
    const top = [...activity].sort((a, b) => b - a)[10]
    const peaks: number[] = []
    for (let i = 1; i < 998; i++) {
      const isTop = activity[i] > top / 2 && activity[i] === Math.max(...activity.slice(Math.max(0, i - 25), i + 26))
      if (isTop) peaks.push(i)
    }
    const perMinute = peaks.length * 6
    assert.ok(perMinute >= 42 && perMinute <= 114, `${perMinute} beats a minute`)
    const cycles = peaks.slice(1).map((peak, i) => peak - peaks[i])
    assert.ok(Math.max(...cycles) > Math.min(...cycles), 'the rhythm varies')
    const own = x.subarray(record * 12_000, record * 12_000 + 12_000)
    const most = own.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    assert.ok(most > 0.3 && most < 10, `${most} mV`)
  }
})

test('the mean of a lead says nothing of the label', async () => {
  const { splits } = await openSynthetic(4, ['train'], 520)
  const { length, targets } = splits.train!
  const x = signals(splits.train!)
  const means = new Float64Array(length * 12)
  for (let i = 0; i < x.length; i++) means[Math.floor(i / 12_000) * 12 + (i % 12)] += x[i] / 1000
  for (let label = 0; label < 5; label++) {
    for (let lead = 0; lead < 12; lead++) {
      const sums = [0, 0]
      const counts = [0, 0]
      let squares = 0
      for (let record = 0; record < length; record++) {
        const mean = means[record * 12 + lead]
        sums[targets[record * 5 + label]] += mean
        counts[targets[record * 5 + label]]++
        squares += mean * mean
      }
      const deviation = Math.sqrt(squares / length) * Math.sqrt(1 / counts[0] + 1 / counts[1])
      // Five deviations: 60 comparisons at one seed, by chance below one in ten thousand.
      assert.ok(Math.abs(sums[1] / counts[1] - sums[0] / counts[0]) < 5 * deviation)
    }
  }
})

test('a number of records that cannot be', () => {
  for (const records of [0, 39, 2.5, Number.NaN, 1e9]) {
    assert.throws(
      () => openSynthetic(1, all, records),
      (error: Error) => error instanceof HolterError,
    )
  }
})

test.run()
