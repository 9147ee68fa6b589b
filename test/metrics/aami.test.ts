import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RecordInfo } from '../../src-ts/ecg/datasets/dataset.ts'
import { aamiTable, aamiTables } from '../../src-ts/metrics/aami.ts'
import type { Predictions } from '../../src-ts/metrics/predictions.ts'

const test = suite('metrics/aami')
const LABELS = ['N', 'S', 'V', 'F']

/** Beats as "recording minute true called". */
function made(lines: readonly string[]): { predictions: Predictions; records: RecordInfo[] } {
  const beats = lines.map(line => line.split(' '))
  const rows = (place: number) => beats.flatMap(beat => LABELS.map(label => Number(label === beat[place])))
  return {
    predictions: {
      kind: 'single-label',
      labels: LABELS,
      logits: Float32Array.from(rows(3)),
      targets: Uint8Array.from(rows(2)),
    },
    records: beats.map(([recording, minute], i) => ({
      id: `${i}`,
      patient: recording,
      fold: 10,
      from: { recording, seconds: 60 * Number(minute) },
    })),
  }
}

const { predictions, records } = made([
  '202 0 V N',
  '202 5 V V',
  '202 6 N V',
  '202 7 F V',
  '202 8 S S',
  '100 4.99 S N',
  '100 5 S S',
  '100 6 S V',
  '100 7 N S',
  '100 8 F S',
  '100 9 N N',
])

test('counts of each recording by hand: F called V is excused, F called S is not', () => {
  const { records: rows, fromMinutes } = aamiTable(predictions, records, 0)
  assert.is(fromMinutes, 0)
  assert.equal(
    rows.map(({ recording, beats, counts }) => [recording, beats, counts]),
    [
      [
        '100',
        6,
        {
          VEB: { truePositives: 0, falseNegatives: 0, falsePositives: 1 },
          SVEB: { truePositives: 1, falseNegatives: 2, falsePositives: 2 },
        },
      ],
      [
        '202',
        5,
        {
          VEB: { truePositives: 1, falseNegatives: 1, falsePositives: 1 },
          SVEB: { truePositives: 1, falseNegatives: 0, falsePositives: 0 },
        },
      ],
    ],
  )
})

test('gross weighs beats, average weighs recordings, and each stands without 202 as well', () => {
  const [all, without] = aamiTable(predictions, records, 0).sums
  assert.equal(all.gross, {
    VEB: { sensitivity: 1 / 2, positivePredictivity: 1 / 3 },
    SVEB: { sensitivity: 2 / 4, positivePredictivity: 2 / 4 },
  })
  // In 100 there was no V to find, so the average of VEB sensitivity is that of 202 alone.
  assert.equal(all.average, {
    VEB: { sensitivity: 1 / 2, positivePredictivity: 1 / 4 },
    SVEB: { sensitivity: 2 / 3, positivePredictivity: 2 / 3 },
  })
  assert.is(all.accuracy, 4 / 11)
  assert.is(all.f1.V, 2 / (2 + 3 + 1))
  assert.is(without.name, 'without 202')
  assert.is(without.beats, 6)
  assert.equal(without.gross.SVEB, { sensitivity: 1 / 3, positivePredictivity: 1 / 3 })
})

test('a recording that holds most of a kind of beats is left out once, and named with its share', () => {
  const { sums } = aamiTable(predictions, records, 0)
  assert.equal(
    sums.map(({ name }) => name),
    ['all', 'without 202', 'without 100 (75 % of S)'],
    '202, which holds all V, is left out already',
  )
  const [all, , most] = sums
  assert.is(all.f1.S, 4 / (4 + 4))
  assert.is(most.f1.S, 1, 'in 202 the only S is found')
})

test('intervals of F1 come from recordings: it lies between that of each alone', () => {
  const twice = ['a', 'b', 'c', 'd'].flatMap((name, i) =>
    ['S S', 'S N', 'N N', i % 2 ? 'N S' : 'N N', 'V V'].map(line => `${name} 6 ${line}`),
  )
  const more = made(twice)
  const { f1, f1Interval } = aamiTable(more.predictions, more.records, 0).sums[0]
  // 2 · 1 / (2 + 1) in a and c, 2 · 1 / (2 + 2) in b and d: resamples of one kind of recording alone are common.
  assert.equal(f1Interval.S, [2 / 4, 2 / 3])
  assert.ok(f1.S > 2 / 4 && f1.S < 2 / 3)
  assert.equal(f1Interval.V, [1, 1])
  assert.equal(f1Interval.F.map(Number.isNaN), [true, true])
})

test('EC57 does not score the first five minutes; the beat at five minutes counts', () => {
  const { all, ec57 } = aamiTables(predictions, records)!
  assert.equal(all, aamiTable(predictions, records, 0))
  assert.equal(
    ec57.records.map(({ recording, beats }) => [recording, beats]),
    [
      ['100', 5],
      ['202', 4],
    ],
  )
  assert.is(ec57.fromMinutes, 5)
  assert.equal(ec57.sums[0].gross.VEB, { sensitivity: 1, positivePredictivity: 1 / 3 })
})

test('no table for records that are no beats of recordings, or have no S and V', () => {
  assert.is(
    aamiTables(
      predictions,
      records.map(({ from, ...info }) => info),
    ),
    undefined,
  )
  assert.is(aamiTables({ ...predictions, labels: ['A', 'B', 'C', 'D'] }, records), undefined)
  assert.is(aamiTables({ ...predictions, kind: 'multi-label' }, records), undefined)
})

test.run()
