import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readWindow } from '../../../src-ts/ecg/formats/read-window.ts'
import { HolterError } from '../../../src-ts/errors.ts'
import { inFolder, writeRecord } from '../../helpers/wfdb-files.ts'

const test = suite('ecg/formats/read-window')
const ramp = (samples: number) => Array.from({ length: samples }, (_, i) => i)

test('cuts a window in millivolts, whatever the unit, and leaves out what is no voltage', () =>
  inFolder(dir => {
    const path = writeRecord(dir, 'r', 16, [
      { digital: ramp(1000), gain: '200/mV 12 0', name: 'II' },
      { digital: ramp(1000), gain: '2/uV 12 0', name: 'V1' },
      { digital: ramp(1000), gain: '10/mmHg 12 0', name: 'ABP' },
    ])
    const { leads, fromS, others, sampleRateHz } = readWindow(path, 2, 3)
    assert.equal([...leads.keys()], ['II', 'V1'])
    assert.equal(others, ['ABP'])
    assert.is(fromS, 2)
    assert.is(sampleRateHz, 100)
    assert.equal(
      [...leads.get('II')!],
      ramp(300).map(i => (200 + i) / 200),
    )
    assert.equal(
      [...leads.get('V1')!],
      ramp(300).map(i => (200 + i) / 2 / 1000),
    )
    assert.is(readWindow(path, 8, 30).leads.get('II')?.length, 200, 'up to the end')
  }))

test('brings leads of several rates to the fastest', () =>
  inFolder(dir => {
    const path = writeRecord(dir, 'r', 16, [
      { digital: new Array(400).fill(100), name: 'slow' },
      { digital: ramp(1600), perFrame: 4, name: 'fast' },
    ])
    const { leads, sampleRateHz } = readWindow(path, 1, 2)
    assert.is(sampleRateHz, 400)
    assert.equal([...leads.get('slow')!], new Array(800).fill(0.5))
    assert.is(leads.get('fast')![0], 400 / 200)
  }))

test('cuts windows out of files of other formats as well', () =>
  inFolder(dir => {
    const path = join(dir, 'ecg.csv')
    writeFileSync(path, ['I,II', ...ramp(1000).map(i => `${i},${-i}`)].join('\n'))
    const { leads, fromS, sampleRateHz } = readWindow(path, 3, 2, { sampleRateHz: 100, units: 'uV' })
    assert.equal([fromS, sampleRateHz], [3, 100])
    assert.equal(
      [...leads.get('II')!],
      ramp(200).map(i => -(300 + i) / 1000),
    )
    assert.throws(() => readWindow(path, 30, 2, { sampleRateHz: 100, units: 'uV' }), /ends before/)
    assert.throws(() => readWindow(join(dir, 'absent'), 0, 2), /the file is missing/)
  }))

test('a window behind the end is refused', () =>
  inFolder(dir => {
    const path = writeRecord(dir, 'r', 16, [{ digital: ramp(1000) }])
    assert.throws(
      () => readWindow(path, 10, 1),
      (error: unknown) =>
        error instanceof HolterError && /ends before.*got 10 s, expected less than 10\.0 s/.test(error.message),
    )
  }))

test.run()
