import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BEAT_CLASSES } from '../../src-ts/ecg/beats/beat-classes.ts'
import type { Dataset } from '../../src-ts/ecg/datasets/dataset.ts'
import { HEARTBEAT_SAMPLES } from '../../src-ts/ecg/datasets/heartbeat.ts'
import { dealBeats, INTRA_PATIENT } from '../../src-ts/ecg/datasets/heartbeat-dataset.ts'
import { countBeats, openMitBih } from '../../src-ts/ecg/datasets/mit-bih.ts'
import { splitNames } from '../../src-ts/ecg/datasets/packed-dataset.ts'
import { heartbeat as task } from '../../src-ts/tasks/heartbeat.ts'
import { ecgDataDir, skip } from '../helpers/environment.ts'
import { inFolder } from '../helpers/wfdb-files.ts'

const name = 'tasks/heartbeat'
const test = suite(name)

const countsOf = ({ targets, labels }: Dataset): number[] =>
  labels.map((_, j) => targets.filter((value, i) => i % labels.length === j && value === 1).length)

/** Beat `index` of a file: its samples say which it is. */
const row = (index: number, label: number) =>
  [index / 1000, ...new Array(HEARTBEAT_SAMPLES - 1).fill(0.5), label].join(',')

test('every fold has its share of every class, and the same beats each time', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(4), { minLength: 20, maxLength: 300 }),
      fc.integer({ min: 2, max: 10 }),
      (list, folds) => {
        const classes = Uint8Array.from(list)
        const fold = dealBeats(classes, beat => `${beat}`, folds)
        assert.equal(
          dealBeats(classes, beat => `${beat}`, folds),
          fold,
        )
        for (let j = 0; j < BEAT_CLASSES.length; j++) {
          const shares = Array.from({ length: folds }, (_, k) => list.filter((c, i) => c === j && fold[i] === k).length)
          assert.ok(Math.max(...shares) - Math.min(...shares) <= 1, `${shares}`)
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('the published files: the test file is the test part, an eighth of the other is for validation', () =>
  inFolder(async dir => {
    const lines = (count: number, first: number) =>
      Array.from({ length: count }, (_, i) => row(first + i, i % BEAT_CLASSES.length)).join('\n')
    writeFileSync(join(dir, 'mitbih_train.csv'), lines(400, 0))
    assert.is(task.locate(dir), undefined)
    writeFileSync(join(dir, 'mitbih_test.csv'), lines(100, 500))
    assert.is(task.locate(dir), dir)
    const opened = await task.open({ kind: 'folder', dir }, splitNames)
    assert.equal(opened.records, { train: 350, validation: 50, test: 100 })
    assert.equal(opened.notes, [INTRA_PATIENT])
    const { train, validation, test: held } = opened.splits as Required<typeof opened.splits>
    assert.equal(countsOf(train), [70, 70, 70, 70, 70])
    assert.equal(countsOf(validation), [10, 10, 10, 10, 10])
    const out = new Float32Array(2 * HEARTBEAT_SAMPLES)
    const beats = (dataset: Dataset) =>
      dataset.records.map((_, i) => {
        dataset.read(i, out, HEARTBEAT_SAMPLES)
        return Math.round(1000 * out[HEARTBEAT_SAMPLES])
      })
    assert.ok(beats(held).every(index => index >= 500))
    const rest = [...beats(train), ...beats(validation)].sort((a, b) => a - b)
    assert.equal(
      rest,
      Array.from({ length: 400 }, (_, i) => i),
    )
    assert.equal(validation.records[0].id, `mitbih_train.csv row ${beats(validation)[0] + 1}`)
    const again = await task.open({ kind: 'folder', dir }, ['train', 'validation'])
    assert.is(again.splits.test, undefined)
    const both = await task.open({ kind: 'folder', dir }, ['validation', 'train'])
    assert.is(again.hash, both.hash)
    assert.is.not(again.hash, opened.hash)
  }))

test('no beats are made up', () => {
  assert.throws(
    () => task.open({ kind: 'synthetic', seed: 1 }, ['train']),
    /heartbeat: synthetic records cannot stand in\. Run holter data fetch mit-bih/,
  )
})

const root = ecgDataDir()
const dir = root && task.locate(root)
if (!dir) skip(name, 'all records of MIT-BIH', 'ECG_DATA_DIR names no folder with mitdb')
else {
  test('all records of MIT-BIH: counts per class and part; the test part stays closed', async () => {
    const { records, dropped, splits, notes } = await task.open({ kind: 'folder', dir }, ['train', 'validation'])
    assert.equal(records, { train: 76_608, validation: 10_944, test: 21_886 })
    // All 109,494 beats but 56: 48 or so are cut by the end of a record.
    const all = countBeats(openMitBih(dir), 'ml')
    assert.equal(all, [90_631, 2_781, 7_236, 803, 8_043])
    assert.equal(Object.values(dropped), [56])
    assert.is(records.train + records.validation + records.test, 109_494 - 56)
    assert.equal(countsOf(splits.train!), [63_406, 1_946, 5_065, 563, 5_628])
    assert.equal(countsOf(splits.validation!), [9_058, 278, 724, 80, 804])
    assert.is(splits.test, undefined)
    assert.equal(notes, [INTRA_PATIENT])
    const patients = (dataset: Dataset) => new Set(dataset.records.map(({ patient }) => patient))
    assert.is(patients(splits.train!).size, 47)
    assert.is(patients(splits.validation!).size, 47)
  })
}

test.run()
