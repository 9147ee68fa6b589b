import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BEAT_CHANNELS } from '../../../src-ts/ecg/beats/beat-stream.ts'
import { BEAT_PEAK, BEAT_SAMPLES } from '../../../src-ts/ecg/beats/beat-window.ts'
import type { Dataset } from '../../../src-ts/ecg/datasets/dataset.ts'
import { locateMitBih, openMitBih } from '../../../src-ts/ecg/datasets/mit-bih.ts'
import {
  cutMitBihBeats,
  describeBeats,
  openMitBihBeats,
  requireApart,
} from '../../../src-ts/ecg/datasets/mit-bih-beats.ts'
import { DS1, DS2, mitBihPatient, SHARED_PATIENT_SENTENCE } from '../../../src-ts/ecg/datasets/mit-bih-sets.ts'
import { subset } from '../../../src-ts/ecg/datasets/subset.ts'
import { ecgDataDir, skip } from '../../helpers/environment.ts'
import { inFolder } from '../../helpers/wfdb-files.ts'

const name = 'ecg/mit-bih-beats'
const test = suite(name)
const dir = locateMitBih(ecgDataDir() ?? '/nowhere')

const real = (title: string, run: (dir: string) => Promise<void> | void): void => {
  if (dir) test(title, () => run(dir))
  else skip(name, title, 'ECG_DATA_DIR names no folder with mitdb')
}

/** Opened once: describing the beats of DS1 takes seconds. */
let opening: ReturnType<typeof openMitBihBeats> | undefined
const ds1 = (dir: string) => (opening ??= openMitBihBeats(dir, 'ml', ['train', 'validation']))

const counts = ({ targets, labels }: Dataset): number[] =>
  labels.map((_, j) => targets.filter((value, i) => value && i % labels.length === j).length)
const sum = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value + b[i])

real('DS1 has the published beats in both conventions; DS2 is counted and not opened', async dir => {
  const opened = await ds1(dir)
  const { train, validation, test: closed } = opened.splits
  assert.equal(sum(counts(train!), counts(validation!)), [45866, 944, 3788, 415])
  assert.equal(opened.records, {
    train: train!.length,
    validation: validation!.length,
    test: 44259 + 1837 + 3221 + 388,
  })
  assert.equal(opened.dropped, { 'beats of class Q': 8 + 7 })
  assert.is(closed, undefined)
  assert.equal(opened.notes, [SHARED_PATIENT_SENTENCE])
  assert.equal(new Set([...train!.records, ...validation!.records].map(({ id }) => id)).size, 51_013)
  // The exception is between DS1 and DS2 only: nobody is on both sides of the tuning split.
  const people = (dataset: Dataset) => new Set(dataset.records.map(({ patient }) => patient))
  for (const patient of people(validation!)) assert.not.ok(people(train!).has(patient))
  const { id, patient, from } = validation!.records.find(({ from }) => from!.recording === '201')!
  assert.equal([patient, from!.recording], ['201+202', '201'])
  assert.is(id, `201/${Math.round(from!.seconds * 360)}`)
  const numbers = new Float32Array(10)
  for (let i = 0; i < train!.length; i++) {
    train!.features!.read(i, numbers, 0)
    assert.ok(numbers.every(Number.isFinite), train!.records[i].id)
  }
})

real('beats that are cut out of a recording are those of the data set', async dir => {
  const { validation } = (await ds1(dir)).splits
  const [record] = openMitBih(dir, ['118'])
  const { samples } = record.beats('ml')
  const cut = cutMitBihBeats({ leads: record.leads(), sampleRateHz: 360, peaks: samples })
  assert.is(cut.mainLead, 'MLII')
  const [a, b] = [new Float32Array(102 * 4 + 10), new Float32Array(102 * 4 + 10)]
  for (const [i, { id }] of validation!.records.entries()) {
    if (!id.startsWith('118/')) continue
    const place = samples.indexOf(Number(id.slice(4)))
    validation!.read(i, a, 0)
    validation!.features!.read(i, a, 408)
    cut.read(place, b, 0)
    cut.features!.read(place, b, 408)
    assert.ok(Buffer.from(a.buffer).equals(Buffer.from(b.buffer)), id)
  }
})

real('beats that training is shown along are of the same people, and of rhythms that were made', async dir => {
  const { train } = (await ds1(dir)).splits
  const one = [...train!.records.keys()].filter(index => train!.records[index].from!.recording === '106')
  const alone = subset(train!, one, 'train').along!()
  const made = (suffix: string) => alone.records.filter(({ id }) => id.endsWith(suffix)).length
  assert.equal(new Set(alone.records.map(({ patient }) => patient)), new Set([mitBihPatient('106')]))
  const [normal, , ventricular] = counts(subset(train!, one, 'train'))
  assert.is(made('-fibrillation'), normal + ventricular)
  assert.ok(made('-sick-sinus') > 0.08 * normal && made('-sick-sinus') < 0.12 * normal)
  assert.ok(Math.abs(made('-detected') - one.length) < 0.02 * one.length)
  const [, early] = counts(alone)
  assert.ok(early > 0.01 * normal, `${early} early beats of ${normal}`)
  const numbers = new Float32Array(10)
  for (let i = 0; i < alone.length; i++) {
    alone.features!.read(i, numbers, 0)
    assert.ok(numbers.every(Number.isFinite), alone.records[i].id)
  }
})

real('escape beats are S by EC57', async dir => {
  const { splits, records, hash } = await openMitBihBeats(dir, 'ec57', ['validation'])
  assert.is.not(hash, (await ds1(dir)).hash)
  const total = counts(splits.validation!)
  assert.is(records.test, 44046 + 2050 + 3221 + 388)
  // 5 nodal escape beats of 124 and 10 of 201 become S; the other 17 of DS1 lie in the training half.
  assert.equal(total, [23507 - 15, 468 + 15, 2143, 393])
})

/** Share of the beats in which the largest deflection of MLII lies within 2 samples of the place of the R peak. */
function alignedShare(beats: ReturnType<typeof describeBeats>): number {
  const aligned = beats.filter(({ channels }) => {
    const lead = Float32Array.from({ length: BEAT_SAMPLES }, (_, t) => Math.abs(channels[t * BEAT_CHANNELS.length]))
    return Math.abs(lead.indexOf(Math.max(...lead)) - BEAT_PEAK) <= 2
  })
  return aligned.length / beats.length
}

real('windows stand on the R peaks of a real record; 40 ms beside them would be noticed', dir => {
  const [record] = openMitBih(dir, ['101'])
  const leads = [...record.leads().values()] as [Float64Array, Float64Array]
  const { samples } = record.beats('ml')
  assert.ok(alignedShare(describeBeats(leads, samples)) > 0.99)
  for (const shift of [-15, 15]) {
    assert.ok(
      alignedShare(
        describeBeats(
          leads,
          samples.map(sample => sample + shift),
        ),
      ) < 0.01,
    )
  }
})

real('record 114 has MLII second: its channels are those of MLII', async dir => {
  const { splits } = await ds1(dir)
  const { records, read } = splits.train!
  const [record] = openMitBih(dir, ['114'])
  const [v5, mlii] = [...record.leads().values()]
  const [expected] = describeBeats([mlii, v5], record.beats('ml').samples)
  const out = new Float32Array(expected.channels.length)
  read(
    records.findIndex(({ from }) => from!.recording === '114'),
    out,
    0,
  )
  assert.equal(out, expected.channels)
})

test('nobody is on two sides but the man of 201 and 202', () => {
  const records = [...DS1, ...DS2].map(id => ({ id, patient: mitBihPatient(id) }))
  requireApart(records)
  const mixed = (id: string, patient: string) => records.map(record => (record.id === id ? { id, patient } : record))
  assert.throws(() => requireApart(mixed('112', '101')), /patient 101 is on both sides: record 101 .* record 112/)
  assert.throws(() => requireApart(mixed('100', '230')), /patient 230 is on both sides: record 230 .* record 100/)
})

test('a missing record is named', () =>
  inFolder(async folder => {
    try {
      await openMitBihBeats(folder, 'ml', ['train'])
      assert.unreachable()
    } catch (error) {
      assert.match((error as Error).message, /101\.atr: cannot be read: it does not exist/)
    }
  }))

test.run()
