import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { aucIntervals } from '../../src-ts/metrics/bootstrap.ts'
import { type Confusion, confusion, decide } from '../../src-ts/metrics/confusion.ts'
import { decisionIntervals } from '../../src-ts/metrics/decision-intervals.ts'
import { column } from '../../src-ts/metrics/predictions.ts'
import { macroAuc, rocAuc } from '../../src-ts/metrics/roc.ts'
import { scoreDifference } from '../../src-ts/metrics/score-difference.ts'
import { random } from '../../src-ts/random.ts'
import { madeUpBeats, madeUpPredictions } from './predictions.ts'

const test = suite('metrics/bootstrap')

test('equals a bootstrap that copies the records of each drawn patient', () => {
  const predictions = madeUpPredictions({ seed: 1, records: 60 })
  const { labels, logits, targets, patients } = predictions
  const { integer } = random(5)
  const names = [...new Set(patients)]
  const macros: number[] = []
  let redrawn = 0
  while (macros.length < 39) {
    const drawn = names.map(() => names[integer(names.length)])
    const rows = drawn.flatMap(name => [...patients.keys()].filter(row => patients[row] === name))
    const areas = labels.map((_, j) => {
      const [scores, positives] = [column(logits, labels.length, j), column(targets, labels.length, j)]
      return rocAuc(
        rows.map(row => scores[row]),
        rows.map(row => positives[row]),
      )
    })
    if (areas.some(Number.isNaN)) redrawn++
    else macros.push(areas.reduce((a, b) => a + b) / areas.length)
  }
  macros.sort((a, b) => a - b)
  const result = aucIntervals(predictions, { resamples: 39, seed: 5, level: 36 / 38 })
  // With 39 values the quantiles 1/38 and 37/38 fall on order statistics; 1e-15 for the rounding of that share.
  assert.ok(Math.abs(result.macro[0] - macros[1]) < 1e-15)
  assert.ok(Math.abs(result.macro[1] - macros[37]) < 1e-15)
  assert.is(result.redrawn, redrawn)
  assert.is(result.patients, names.length)
})

test('repeats with its seed and brackets the AUC', () => {
  const predictions = madeUpPredictions({ seed: 2, records: 300 })
  const { macro, perLabel } = macroAuc(predictions)
  const intervals = aucIntervals(predictions, { seed: 3 })
  assert.equal(intervals, aucIntervals(predictions, { seed: 3 }))
  assert.not.equal(intervals, aucIntervals(predictions, { seed: 4 }))
  assert.ok(intervals.macro[0] < macro && macro < intervals.macro[1])
  for (const label of predictions.labels) {
    const [low, high] = intervals.perLabel[label]
    assert.ok(low < perLabel[label] && perLabel[label] < high && high - low < 0.2)
  }
})

test('draws patients, not records: copies of a record widen nothing and narrow nothing', () => {
  const once = madeUpPredictions({ seed: 6, records: 100 })
  const single = { ...once, patients: once.patients.map((_, i) => `${i}`) }
  const thrice = {
    labels: single.labels,
    logits: Float64Array.of(...single.logits, ...single.logits, ...single.logits),
    targets: Uint8Array.of(...single.targets, ...single.targets, ...single.targets),
    patients: [...single.patients, ...single.patients, ...single.patients],
  }
  assert.equal(aucIntervals(thrice).macro, aucIntervals(single).macro)
})

test('draws again when a label is lost, and gives up when it is too rare', () => {
  const rare = madeUpPredictions({ seed: 7, records: 40, labels: ['A', 'rare'] })
  for (let row = 0; row < 40; row++) rare.targets[2 * row + 1] = Number(row === 0)
  const { redrawn, resamples } = aucIntervals(rare)
  // A given patient is missing from about e^−1 = 37 % of the resamples: .58 redrawn for each one kept.
  assert.ok(redrawn > 400 && redrawn < 800, `${redrawn}`)
  assert.is(resamples, 1000)

  const labels = Array.from({ length: 16 }, (_, j) => `L${j}`)
  const targets = Uint8Array.from({ length: 16 * 16 }, (_, i) => Number(Math.floor(i / 16) === i % 16))
  const patients = labels.map((_, i) => `${i}`)
  const hopeless = aucIntervals({ labels, targets, logits: Float32Array.from(targets), patients })
  assert.ok(Number.isNaN(hopeless.macro[0]) && Number.isNaN(hopeless.perLabel.L3[1]))
  assert.is(hopeless.resamples, 0)
})

test('leaves a label without positives out', () => {
  const predictions = madeUpPredictions({ seed: 8, records: 50, labels: ['A', 'empty'] })
  for (let row = 0; row < 50; row++) predictions.targets[2 * row + 1] = 0
  const { macro, perLabel, redrawn } = aucIntervals(predictions)
  assert.equal(macro, perLabel.A)
  assert.ok(Number.isNaN(perLabel.empty[0]))
  assert.is(redrawn, 0)
})

test('pairs two models: a model against itself differs by nothing, against a small change by little', () => {
  const base = madeUpPredictions({ seed: 9, records: 300 })
  assert.equal(scoreDifference(base, base), {
    name: 'macroAuc',
    title: 'macro AUC',
    base: macroAuc(base).macro,
    other: macroAuc(base).macro,
    difference: 0,
    interval: [0, 0],
    oppositeShare: 1,
  })
  const { normal } = random(10)
  const other = { ...base, logits: base.logits.map(logit => logit + 0.1 * normal()) }
  const { difference, interval } = scoreDifference(base, other)
  assert.is(difference, macroAuc(other).macro - macroAuc(base).macro)
  const single = aucIntervals(base).macro
  assert.ok(
    interval[1] - interval[0] < (single[1] - single[0]) / 3,
    'pairing takes out what the patients have in common',
  )
})

test('the opposite share counts resamples of the other sign, once', () => {
  const base = madeUpPredictions({ seed: 9, records: 300 })
  const { normal } = random(11)
  const other = { ...base, logits: base.logits.map(logit => logit + 0.02 * normal()) }
  const { oppositeShare } = scoreDifference(base, other)
  // An interval that leaves out this share above it ends at 0, where one sign gives way to the other.
  const above = (level: number) => scoreDifference(base, other, { level }).interval[1] > 0
  assert.ok(above(1 - 2 * (oppositeShare - 0.01)) && !above(1 - 2 * (oppositeShare + 0.01)), `${oppositeShare}`)
  assert.is(scoreDifference(other, base).oppositeShare, oppositeShare)
})

test('decisions: equals a bootstrap that copies the records of each drawn patient', () => {
  for (const predictions of [madeUpPredictions({ seed: 13, records: 60 }), madeUpBeats({ seed: 14, records: 60 })]) {
    const { labels, targets, patients } = predictions
    const width = labels.length
    const decisions = decide(predictions, [0.4, 0.5, 0.6])
    const { integer } = random(5)
    const names = [...new Set(patients)]
    const drawn: Confusion[] = []
    while (drawn.length < 39) {
      const chosen = names.map(() => names[integer(names.length)])
      const rows = chosen.flatMap(name => [...patients.keys()].filter(row => patients[row] === name))
      const of = (matrix: Uint8Array) =>
        Uint8Array.from(rows.flatMap(row => [...matrix.subarray(row * width, (row + 1) * width)]))
      const scores = confusion(of(decisions), { ...predictions, targets: of(targets) })
      const complete = labels.every(label => {
        const { f1, sensitivity, specificity } = scores.perLabel[label]
        return !Number.isNaN(f1 + sensitivity + specificity)
      })
      if (complete) drawn.push(scores)
    }
    const intervals = decisionIntervals(decisions, predictions, { resamples: 39, seed: 5, level: 36 / 38 })
    for (const field of ['accuracy', 'balancedAccuracy', 'macroF1'] as const) {
      const sorted = drawn.map(scores => scores[field]).sort((a, b) => a - b)
      // 1e-14: the same sums in another order.
      assert.ok(Math.abs(intervals[field][0] - sorted[1]) < 1e-14, field)
      assert.ok(Math.abs(intervals[field][1] - sorted[37]) < 1e-14, field)
    }
  }
})

test('pairs by macro F1 where labels exclude each other; a clear loss is never drawn as a gain', () => {
  const base = madeUpBeats({ seed: 15, records: 800 })
  const { normal } = random(16)
  const other = { ...base, logits: base.logits.map(logit => logit + 1.5 * normal()) }
  const result = scoreDifference(base, other, { resamples: 300 })
  assert.is(result.name, 'macroF1')
  assert.is(result.difference, result.other - result.base)
  assert.ok(result.difference < -0.05 && result.interval[1] < 0, JSON.stringify(result))
  assert.is(result.oppositeShare, 0)
  assert.ok(scoreDifference(other, base, { resamples: 300 }).interval[0] > 0)
})

test('refuses to pair models that saw different records', () => {
  const base = madeUpPredictions({ seed: 11, records: 30 })
  assert.throws(() => scoreDifference(base, { ...base, patients: base.patients.toReversed() }), /different records/)
  assert.throws(
    () => scoreDifference(base, { ...base, labels: ['A', 'B', 'C'] }),
    /\[metrics\] labels: .*different records/,
  )
  assert.throws(() => aucIntervals({ ...base, patients: ['p'] }), /patients: not one per record \(got 1, expected 30\)/)
})

test('takes below two seconds for 468 records, 5 labels, 1,000 resamples', () => {
  const predictions = madeUpPredictions({
    seed: 12,
    records: 468,
    labels: ['CD', 'HYP', 'MI', 'NORM', 'STTC'],
    steps: 1000,
  })
  const start = performance.now()
  aucIntervals(predictions)
  assert.ok(performance.now() - start < 2000, `${performance.now() - start} ms`)
})

test.run()
