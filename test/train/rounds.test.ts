import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Dataset } from '../../src-ts/ecg/datasets/dataset.ts'
import { subset } from '../../src-ts/ecg/datasets/subset.ts'
import { HolterError } from '../../src-ts/errors.ts'
import { spread, spreadOfScores } from '../../src-ts/metrics/spread.ts'
import { type FoldsOptions, type Round, roundsOf } from '../../src-ts/train/rounds.ts'
import { sineClasses } from '../helpers/sine-classes.ts'

const test = suite('cross-validation')
const options: FoldsOptions = { folds: 4, seed: 3, stratified: true, groups: 'patient' }
/** Sines of 60 patients with 1 to 3 records each. */
const patients: Dataset = ofPatients(sineClasses('train', 120), i => `p${Math.floor(Math.sqrt(30 * i))}`)

function ofPatients(dataset: Dataset, patientOf: (index: number) => string): Dataset {
  return { ...dataset, records: dataset.records.map((record, i) => ({ ...record, patient: patientOf(i) })) }
}

const idsOf = ({ records }: Dataset) => records.map(({ id }) => id)

test('every record is held out once, and no patient stands on both sides', () => {
  const rounds = roundsOf(patients, options)
  assert.equal(rounds.flatMap(({ heldOut }) => idsOf(heldOut)).sort(), idsOf(patients).sort())
  for (const { train, heldOut } of rounds) {
    assert.is(train.length + heldOut.length, patients.length)
    assert.is(train.split, 'train')
    const known = new Set(train.records.map(({ patient }) => patient))
    assert.not.ok(heldOut.records.some(({ patient }) => known.has(patient)))
  }
  assert.equal(
    roundsOf(patients, options).map(({ heldOut }) => idsOf(heldOut)),
    rounds.map(({ heldOut }) => idsOf(heldOut)),
  )
})

test('where the published split goes through patients, single records are dealt', () => {
  const one = ofPatients(patients, () => 'the only one')
  assert.throws(
    () => roundsOf(one, options),
    (error: HolterError) => /so many folds \(got 4, expected 2 to 1/.test(error.message),
  )
  const sizes = roundsOf(one, { ...options, groups: 'record' }).map(({ heldOut }) => heldOut.length)
  assert.equal(sizes, [30, 30, 30, 30])
})

test('stratified folds have equal shares of each label; a label that a fold lacks is refused by name', () => {
  const few = { ...patients, targets: patients.targets.map((target, i) => (i % 3 === 0 ? Number(i < 12) : target)) }
  const share = ({ heldOut }: Round) => heldOut.targets.filter((target, i) => i % 3 === 0 && target === 1).length
  const single = ofPatients(few, i => `${i}`)
  assert.equal(roundsOf(single, options).map(share), [1, 1, 1, 1])
  assert.throws(
    () =>
      roundsOf(
        ofPatients(few, i => (i < 4 ? 'all four' : `${i}`)),
        options,
      ),
    (error: HolterError) =>
      error instanceof HolterError &&
      /^\[train\] (the records beside )?fold \d of 4: no record has the label slow, so it cannot be scored\. Take fewer --folds/.test(
        error.message,
      ),
  )
})

test('a subset reads the records it names, with their labels and features', () => {
  const features = { names: ['i', 'i²'], read: (i: number, out: Float32Array, at: number) => out.set([i, i * i], at) }
  const part = subset({ ...patients, features }, [7, 3], 'validation')
  const read = (dataset: Dataset, index: number) => {
    const values = new Float32Array(dataset.samples * 2)
    dataset.read(index, values, 0)
    return values
  }
  assert.equal([part.length, part.split, idsOf(part)], [2, 'validation', ['7', '3']])
  assert.equal(read(part, 1), read(patients, 3))
  assert.equal([...part.targets], [...patients.targets.subarray(21, 24), ...patients.targets.subarray(9, 12)])
  const numbers = new Float32Array(3)
  part.features!.read(0, numbers, 1)
  assert.equal([...numbers], [0, 7, 49])
})

test('the spread of one form of scores: every number but counts, settings and intervals', () => {
  const fold = (auc: number, f1: number) => ({
    records: 10,
    macroAuc: auc,
    macroAucInterval: [0, 1],
    perClass: { MI: { f1, support: 3, truePositives: 2, falseNegatives: 1 } },
    thresholds: { MI: 0.4 },
    bootstrap: { resamples: 1000 },
  })
  const scores = spreadOfScores([fold(0.8, 0.5), fold(0.9, 0.7)])
  assert.equal(Object.keys(scores), ['macroAuc', 'perClass.MI.f1'])
  assert.equal(scores.macroAuc.values, [0.8, 0.9])
  // (.1 / 2)² + (.1 / 2)² over 2 − 1; doubles.
  assert.ok(Math.abs(scores.macroAuc.deviation - Math.sqrt(0.005)) < 1e-15)
  assert.ok(Number.isNaN(spread([1]).deviation))
})

test.run()
