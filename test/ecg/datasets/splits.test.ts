import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  DS1,
  DS2,
  mitBihPatient,
  SHARED_PATIENT,
  SHARED_PATIENT_SENTENCE,
} from '../../../src-ts/ecg/datasets/mit-bih-sets.ts'
import { locatePtbXl, readSuperclasses } from '../../../src-ts/ecg/datasets/ptb-xl-labels.ts'
import { crossValidation, dealFolds, type Grouped, makeSplit } from '../../../src-ts/ecg/datasets/splits.ts'
import { ecgDataDir, skip } from '../../helpers/environment.ts'

const name = 'ecg/splits'
const test = suite(name)
const record = (id: string, patient = id): Grouped => ({ id, patient })

test('a patient on both sides: no split, and the message names patient and records', () => {
  const [a, b, c] = [record('r1', 'Ann'), record('r2', 'Bob'), record('r3', 'Ann')]
  assert.throws(
    () => makeSplit([a, b], [c]),
    /\[ecg\] split: patient Ann is on both sides: record r1 to train on, record r3 to test on\. Give all records/,
  )
  assert.throws(() => makeSplit([a, b], [b]), /record r2 is on both sides/)
  assert.throws(() => makeSplit([a, b], []), /the test side is empty/)
  assert.throws(() => makeSplit([], [a]), /the training side is empty/)
  assert.equal(makeSplit([a, c], [b]), { train: [a, c], test: [b] })
})

test('DS1 and DS2 exist only with their exception, and carry it', () => {
  const sides = [DS1, DS2].map(ids => ids.map(id => record(id, mitBihPatient(id))))
  assert.throws(() => makeSplit(sides[0], sides[1]), /patient 201\+202 is on both sides: record 201 .* record 202/)
  const shared = { patients: [SHARED_PATIENT.patient], sentence: SHARED_PATIENT_SENTENCE }
  assert.is(makeSplit(sides[0], sides[1], shared).shared, shared)
  const without = sides[1].filter(({ id }) => id !== '202')
  assert.is(makeSplit(sides[0], without, shared).shared, undefined)
})

test('folds: every patient in one, all records dealt, equal sizes, the same for the same seed', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 12, maxLength: 80 })
  fc.assert(
    fc.property(sizes, fc.integer({ min: 2, max: 10 }), fc.nat(), (counts, folds, seed) => {
      const records = counts.flatMap((n, p) => Array.from({ length: n }, (_, i) => record(`${p}.${i}`, `${p}`)))
      const labels = records.map((_, i) => [i % 3, ...(i % 7 === 0 ? [3] : [])])
      for (const labelsOf of [undefined, (i: number) => labels[i]]) {
        const fold = dealFolds(records, { folds, seed, labelsOf })
        assert.equal(fold, dealFolds(records, { folds, seed, labelsOf }))
        const splits = crossValidation(records, { folds, seed, labelsOf })
        assert.is(
          splits.reduce((sum, split) => sum + split.test.length, 0),
          records.length,
        )
        const held = Array.from({ length: folds }, (_, k) => fold.filter(f => f === k).length)
        // Without labels, no fold may be ahead of another by more than the largest patient.
        if (!labelsOf) assert.ok(Math.max(...held) - Math.min(...held) <= 4, held.join(' '))
      }
    }),
    { numRuns: 60 },
  )
})

test('too many folds', () => {
  const records = [record('1'), record('2')]
  assert.throws(() => dealFolds(records, { folds: 3, seed: 0 }), /so many folds \(got 3, expected 2 to 2/)
  assert.throws(() => dealFolds(records, { folds: 1.5, seed: 0 }), /got 1\.5/)
})

const dir = locatePtbXl(ecgDataDir() ?? '/nowhere')
if (!dir) skip(name, 'stratified folds of PTB-XL', 'ECG_DATA_DIR names no folder with ptb-xl')
else {
  test('multi-label stratification of PTB-XL by patient: every fold has its share of every superclass within 3 %', () => {
    const { records } = readSuperclasses(dir, ['CD', 'HYP', 'MI', 'NORM', 'STTC'])
    const fold = dealFolds(records, { folds: 10, seed: 7, labelsOf: i => records[i].labels })
    for (let label = 0; label < 5; label++) {
      const per = new Array(10).fill(0)
      for (const [i, { labels }] of records.entries()) if (labels.includes(label)) per[fold[i]]++
      const share = per.reduce((a, b) => a + b, 0) / 10
      // Patients come whole, some with several records: 3 % of the share and two records leave room for that.
      for (const count of per) assert.ok(Math.abs(count - share) <= 2 + 0.03 * share, `${label}: ${per.join(' ')}`)
    }
  })
}

test.run()
