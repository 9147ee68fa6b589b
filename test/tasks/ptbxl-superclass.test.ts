import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Dataset } from '../../src-ts/ecg/datasets/dataset.ts'
import { splitNames } from '../../src-ts/ecg/datasets/packed-dataset.ts'
import { fitStandardization } from '../../src-ts/ecg/datasets/standardize.ts'
import { readRecord } from '../../src-ts/ecg/formats/wfdb-signals.ts'
import { writeNpy } from '../../src-ts/npy.ts'
import { ptbxlSuperclass as task } from '../../src-ts/tasks/ptbxl-superclass.ts'
import { ecgDataDir, skip } from '../helpers/environment.ts'
import { inFolder, writeRecord } from '../helpers/wfdb-files.ts'

const name = 'tasks/ptbxl-superclass'
const test = suite(name)

test('classes in the order of the published protocol', () => {
  assert.equal(task.labels, ['CD', 'HYP', 'MI', 'NORM', 'STTC'])
  assert.equal(task.labels, [...task.labels].sort())
})

/** Millivolts of a record made for these tests; leads differ, so that swapped ones are seen. */
const made = (record: number, t: number, lead: number) =>
  (Math.round(500 * Math.sin(t / 9 + record)) + 20 * lead) / 1000

/** Writes record `number` in one of four forms and returns the name of its file. */
function writeOwn(dir: string, number: number): string {
  const rowsOf = (leads: readonly string[]) =>
    Array.from({ length: 1000 }, (_, t) => leads.map(lead => made(number, t, task.leads.indexOf(lead))))
  const [inOrder, reversed] = [task.leads, task.leads.toReversed()]
  const csv = (lines: readonly (readonly (string | number)[])[]) => {
    writeFileSync(join(dir, `r${number}.csv`), lines.join('\n'))
    return `r${number}.csv`
  }
  if (number % 4 === 0) return csv([reversed, ...rowsOf(reversed)])
  if (number % 4 === 1) return csv(rowsOf(inOrder))
  if (number % 4 === 2) {
    const data = Float64Array.from(rowsOf(inOrder).flat())
    writeFileSync(join(dir, `r${number}.npy`), writeNpy({ shape: [1000, 12], data }))
    return `r${number}.npy`
  }
  const steps = rowsOf(inOrder).map(row => row.map(value => Math.round(1000 * value)))
  const signals = inOrder.map((name, k) => ({ name, digital: steps.map(row => row[k]), gain: '1000/mV 16 0' }))
  writeRecord(dir, `r${number}`, 16, signals)
  return `r${number}`
}

test("a user's own files: WFDB, CSV by its header or without one, and .npy, in millivolts at the task's rate", () =>
  inFolder(async own => {
    const rows = Array.from({ length: 20 }, (_, i) => `${writeOwn(own, i)},${i % 3 ? 'MI' : 'NORM CD'},p${i},`)
    writeFileSync(join(own, 'labels.csv'), ['file,labels,patient,fold', ...rows].join('\n'))
    assert.is(task.locate(own), own)
    const { name: data, records, splits } = await task.open({ kind: 'folder', dir: own }, splitNames)
    assert.equal([data, records], ['folder', { train: 16, validation: 2, test: 2 }])
    const out = new Float32Array(12_000)
    for (const dataset of Object.values(splits)) {
      for (const [at, { id }] of dataset.records.entries()) {
        dataset.read(at, out, 0)
        const number = Number(/\d+/.exec(id)![0])
        assert.equal(
          [...out.subarray(84, 96)],
          task.leads.map((_, lead) => Math.fround(made(number, 7, lead))),
          id,
        )
      }
    }
    rmSync(join(own, splits.train!.records[0].id), { force: true })
    rmSync(join(own, `${splits.train!.records[0].id}.hea`), { force: true })
    const { dropped } = await task.open({ kind: 'folder', dir: own, skipMissing: true }, ['train'])
    assert.equal(dropped, { 'missing file': 1 })
  }))

/** Records per class, in the order NORM STTC CD HYP MI in which the counts are published. */
const counts = ({ targets, labels }: Dataset): number[] =>
  ['NORM', 'STTC', 'CD', 'HYP', 'MI'].map(label => {
    const place = labels.indexOf(label)
    return targets.filter((value, i) => i % labels.length === place && value === 1).length
  })

const root = ecgDataDir()
const dir = root && task.locate(root)
// The counts are those of a subset; in the full set they differ, and the other tests hold the rules.
const isSubset = dir !== undefined && existsSync(join(dir, 'PROVENANCE.csv'))

if (!dir || !isSubset) {
  const reason = 'ECG_DATA_DIR names no folder with the subset of PTB-XL that the counts are known of'
  for (const what of ['counts, signals and scaling', 'record 00001']) skip(name, what, reason)
} else {
  test('counts, signals and scaling; fold 10 is counted and not opened', async () => {
    const { records, folds, dropped, splits } = await task.open({ kind: 'folder', dir }, ['train', 'validation'])
    assert.equal(records, { train: 3306, validation: 468, test: 252 })
    assert.is(
      folds!.reduce((sum, fold) => sum + fold, 0),
      4026,
    )
    assert.equal(dropped, { 'no superclass': 4090 - 4026 })
    assert.is(splits.test, undefined)
    assert.equal(counts(splits.train!), [1645, 796, 702, 389, 714])
    assert.equal(counts(splits.validation!), [225, 118, 109, 56, 103])
    const { mean, deviation } = fitStandardization(splits.train!)
    // Found once with this reader, whose samples all equal those of the PyPI package wfdb.
    assert.ok(Math.abs(mean - -0.000805311) < 1e-8 && Math.abs(deviation - 0.23773211) < 1e-8, `${mean} ${deviation}`)
    const first = splits.train!.records.findIndex(record => record.id === '1')
    const out = new Float32Array(12_000)
    splits.train!.read(first, out, 0)
    const expected = [-119, -55, 64, 86, -91, 4, -69, -31, 0, -26, -39, -79].map(value => Math.fround(value / 1000))
    assert.equal([...out.subarray(0, 12)], expected)
  })

  test('record 00001: initial values and checksums as published', () => {
    const { header, digital } = readRecord(join(dir, 'records100/00000/00001_lr'))
    const sums = digital.map(signal => signal.reduce((sum, value) => sum + value, 0) & 0xffff)
    assert.equal(
      digital.map(signal => signal[0]),
      [-119, -55, 64, 86, -91, 4, -69, -31, 0, -26, -39, -79],
    )
    assert.equal(sums, [1508, 723, 64758, 64423, 1211, 7, 63827, 6999, 63759, 61447, 64979, 832])
    assert.equal(
      header.signals.map(signal => signal.description),
      [...task.leads],
    )
  })
}

test.run()
