import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HEARTBEAT_SAMPLES, heartbeatsOf, readHeartbeatCsv } from '../../../src-ts/ecg/datasets/heartbeat.ts'
import { locateMitBih, openMitBih } from '../../../src-ts/ecg/datasets/mit-bih.ts'
import { ecgDataDir, skip } from '../../helpers/environment.ts'
import { inFolder } from '../../helpers/wfdb-files.ts'

const name = 'ecg/heartbeat'
const test = suite(name)
const row = (value: number, label: string | number) =>
  [...new Array(HEARTBEAT_SAMPLES).fill(value.toExponential(18)), label].join(',')

test('rows of the CSV, with more of them than one piece holds', () =>
  inFolder(dir => {
    const path = join(dir, 'x.csv')
    const lines = Array.from({ length: 400 }, (_, i) => row(i / 400, (i % 5).toExponential(18)))
    writeFileSync(path, lines.join('\n'))
    const { length, samples, classes, places } = readHeartbeatCsv(path)
    assert.is(length, 400)
    assert.is(places[399], 400)
    assert.equal([...classes.subarray(0, 6)], [0, 1, 2, 3, 4, 0])
    assert.is(samples[399 * HEARTBEAT_SAMPLES + 186], Math.fround(399 / 400))
  }))

test('what is wrong is named with its row', () =>
  inFolder(dir => {
    const path = join(dir, 'x.csv')
    for (const [text, message] of [
      ['', /holds no beats/],
      ['1,2', /x\.csv row 1: the row has a wrong number of cells \(got 2, expected 188\)/],
      [`${row(0, 0)}\n${row(0, 5)}`, /row 2: no such label \(got "5", expected 0 to 4\)/],
      [row(1.5, 0), /sample 0 is not in its range \(got "1\.50*e\+0", expected 0 to 1/],
      [row(0, ''), /no such label/],
      ['x'.repeat(3_000_000), /wrong number of cells/],
    ] as const) {
      writeFileSync(path, text)
      assert.throws(() => readHeartbeatCsv(path), message)
    }
  }))

const dir = locateMitBih(ecgDataDir() ?? '/nowhere')
if (!dir) skip(name, 'beats of real records', 'ECG_DATA_DIR names no folder with mitdb')
else {
  test('beats of record 208: as good as all of them, in range, R peak first, zeros behind', () => {
    const [record] = openMitBih(dir, ['208'])
    const all = record.beats('ml')
    const { length, samples, classes, places } = heartbeatsOf(record)
    assert.ok(length <= all.samples.length && length >= all.samples.length - 3, `${length} of ${all.samples.length}`)
    assert.equal([...classes], [...all.classes.subarray(0, length)])
    assert.equal(places, all.samples.subarray(0, length))
    assert.ok(samples.every(value => value >= 0 && value <= 1))
    // The published rows begin at the R peak: in a record of upright beats the first samples are near the top.
    const starts = Array.from({ length }, (_, i) =>
      Math.max(...samples.subarray(i * HEARTBEAT_SAMPLES, i * HEARTBEAT_SAMPLES + 8)),
    )
    assert.ok(starts.sort((a, b) => a - b)[length >> 1] > 0.6)
    const last = samples.filter((_, i) => i % HEARTBEAT_SAMPLES === HEARTBEAT_SAMPLES - 1)
    assert.ok(last.every(value => value === 0))
  })
}

test.run()
