import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Ecg } from '../../../src-ts/ecg/formats/ecg.ts'
import { type ReadEcgOptions, readEcg } from '../../../src-ts/ecg/formats/read-ecg.ts'
import { writeAnnotations } from '../../../src-ts/ecg/formats/write-annotations.ts'
import { HolterError } from '../../../src-ts/errors.ts'
import { writeNpy } from '../../../src-ts/npy.ts'
import { edfFile } from '../../helpers/edf-file.ts'
import { ecgDataDir, skip } from '../../helpers/environment.ts'
import { inFolder, writeRecord } from '../../helpers/wfdb-files.ts'

const name = 'ecg/read-ecg'
const test = suite(name)
const declared = { sampleRateHz: 250, units: 'uV' }

const refusal = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    assert.instance(error, HolterError)
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}

/** Reads a file of these contents. */
const read = (contents: string | Uint8Array, options: ReadEcgOptions = {}, file = 'x'): Promise<Ecg> =>
  inFolder(dir => {
    writeFileSync(join(dir, file), contents)
    return readEcg(join(dir, file), options)
  })

const refused = (contents: string | Uint8Array, options: ReadEcgOptions = {}) =>
  inFolder(dir => {
    writeFileSync(join(dir, 'x'), contents)
    return refusal(() => readEcg(join(dir, 'x'), options))
  })

/** The same 2 leads × 3 samples in millivolts. */
const LEADS = ['I', 'II']
const SIGNALS = [0.5, -1, 0.25, 2, Number.NaN, 0]

test('one ECG in every format gives the same', () =>
  inFolder(async dir => {
    const path = writeRecord(
      dir,
      'w',
      16,
      [
        { name: 'I', digital: [500, 250, -32768], gain: '1000/mV 16 0' },
        { name: 'RESP', digital: [1, 2, 3], gain: '10/l 16 0' },
        { name: 'II', digital: [-1000000 / 1e3, 2000, 0], gain: '1/uV 16 0' },
      ],
      { rateHz: 250 },
    )
    writeFileSync(path, `${readFileSync(path, 'utf8')}# 69 M 1085 1629 x1\n`)
    writeAnnotations(join(dir, 'w.atr'), [{ sample: 2, symbol: 'V', aux: 'x' }])
    const wfdb = readEcg(join(dir, 'w'))
    assert.equal([wfdb.leads, [...wfdb.signals], wfdb.sampleRateHz, wfdb.samples], [LEADS, SIGNALS, 250, 3])
    assert.equal(wfdb.patient, { sex: 'M', ageYears: 69 })
    assert.equal(wfdb.annotations, [{ sample: 2, symbol: 'V', text: 'x' }])
    assert.equal(wfdb.source, { path, format: 'wfdb', omitted: ['RESP'] })
    // By its header, or by its signal file.
    for (const file of ['w.hea', 'w.dat']) assert.equal([...readEcg(join(dir, file)).signals], SIGNALS)

    const csv = 'I,time,II\n500,0,-1000\n250,1,2000\nNaN,2,0\n'
    for (const text of [
      csv,
      csv.replaceAll(',', ';'),
      csv.replaceAll(',', '\t'),
      `\ufeff${csv.replaceAll('\n', '\r\n')}`,
    ]) {
      const ecg = await read(text, { ...declared, leads: LEADS })
      assert.equal([ecg.leads, [...ecg.signals], ecg.sampleRateHz], [LEADS, SIGNALS, 250])
      assert.equal(ecg.source.omitted, ['time'])
    }
    const bare = await read('500,-1000\n250,2e3\n,.0\n', { ...declared, leads: LEADS })
    assert.equal([...bare.signals], SIGNALS)

    const npy = writeNpy({ shape: [3, 2], data: Float64Array.from(SIGNALS, value => 1000 * value) })
    const array = await read(npy, { ...declared, leads: LEADS })
    assert.equal([array.leads, [...array.signals], array.source.format], [LEADS, SIGNALS, 'npy'])
  }))

test('EDF: scaling, units, rates, prefix of labels, other signals left out', async () => {
  const bytes = edfFile(
    [
      {
        label: 'ECG II',
        units: 'uV',
        physical: [-3276.8, 3276.7],
        records: [
          [0, 10],
          [20, -32768],
        ],
      },
      {
        label: 'V1',
        units: 'mV',
        physical: [-1, 1],
        digital: [-2000, 2000],
        records: [
          [2000, -2000],
          [0, 1],
        ],
      },
      { label: 'Resp', units: 'l', records: [[1], [2]] },
    ],
    { seconds: 0.008, patient: 'some one' },
  )
  const { signals, ...ecg } = await read(bytes)
  assert.equal([ecg.leads, ecg.sampleRateHz, ecg.samples], [['II', 'V1'], 250, 4])
  assert.equal([ecg.patient, ecg.source.format, ecg.source.omitted], [{ id: 'some one' }, 'edf', ['Resp']])
  // Scaling runs through (max − min) / 65,535 in double precision: a few units in the last place.
  for (const [i, value] of [0, 1, 0.001, -1, 0.002, 0, -3.2768, 0.0005].entries())
    assert.ok(Math.abs(signals[i] - value) < 1e-12, `${i}`)
})

test('EDF+: annotations with times, durations and Unicode; patient; records with gaps between them', async () => {
  const texts = ['+10\x14\x14\0+10.5\x151.25\x14pause é\x14second\x14\0', '+13\x14\x14\0']
  const make = (kind: string) =>
    edfFile(
      [
        {
          label: 'II',
          physical: [-32768, 32767],
          records: [
            [1, 2],
            [3, 4],
          ],
        },
        { label: 'EDF Annotations', words: 24, records: texts },
      ],
      { kind, patient: 'MCH-0234567 F 02-MAY-1951 Haagse_Harry' },
    )
  const whole = await read(make('EDF+C'))
  assert.equal([...whole.signals], [1, 2, 3, 4])
  assert.equal(whole.patient, { id: 'MCH-0234567', sex: 'F' })
  assert.equal(whole.annotations, [
    { symbol: '"', text: 'pause é', durationSeconds: 1.25, sample: 1 },
    { symbol: '"', text: 'second', durationSeconds: 1.25, sample: 1 },
  ])
  const parted = await read(make('EDF+D'))
  assert.equal([...parted.signals], [1, 2, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 3, 4])
})

test('damaged EDF', async () => {
  const good = edfFile([
    {
      label: 'II',
      records: [
        [1, 2],
        [3, 4],
      ],
    },
  ])
  const change = (at: number, text: string) => {
    const copy = Buffer.from(good)
    copy.write(text, at, 'latin1')
    return refused(copy)
  }
  assert.match(await refused(good.subarray(0, -1)), /shorter than its header says \(got 7, expected 8\)/)
  assert.match(await refused(Buffer.concat([good, good])), /longer than its header says/)
  assert.match(await refused(good.subarray(0, 300)), /the EDF header is cut off \(got 300, expected 512\)/)
  assert.match(await change(252, '0   '), /number of signals: this is no such whole number \(got "0"/)
  assert.match(await change(184, '768     '), /header size does not fit/)
  assert.match(await change(244, '0       '), /a data record has no duration/)
  assert.match(await change(256 + 96, 'l       '), /no signal is a voltage \(got II in l, expected mV/)
  assert.match(await change(256 + 104, '10      '), /signal 0 \(II\): the physical range is empty/)
  assert.match(await change(256 + 120, '32767   '), /the digital range is empty/)
})

test('CSV: what is wrong is named with row and column', async () => {
  const csv = 'I,II\n1,2\n3,x\n'
  const facts = { sampleRateHz: 100, units: 'mV' }
  assert.match(
    await refused('I;II\n1,5;2\n', facts),
    /row 2, column I: this is not a number \(got "1,5"\)\. Write decimal points/,
  )
  assert.match(await refused('I,II\n1,2\n'), /the sample rate is not known .*declare rate, units and leads/)
  assert.match(await refused('I,II\n1,2\n', { sampleRateHz: 0, units: 'mV' }), /the sample rate is not known \(got 0/)
  assert.match(
    await refused('I,II\n1,2\n', { sampleRateHz: 1, units: 'A' }),
    /the units are not known \(got A, expected mV, uV/,
  )
  assert.match(await refused(csv, declared), /x row 3, column II: this is not a number \(got "x"\)/)
  assert.match(await refused(csv, { ...declared, leads: ['III'] }), /the column III is missing .* Is II meant for it/)
  assert.match(await refused('I,I\n1,2\n', { ...declared, leads: ['I'] }), /the column I comes twice/)
  assert.match(
    await refused('I,II\n1,2\n3\n', declared),
    /row 3: the row has a wrong number of cells \(got 1, expected 2\)/,
  )
  assert.match(await refused('1,2\n', declared), /the columns have no names/)
  assert.match(
    await refused('1,2\n', { ...declared, leads: ['I'] }),
    /not every column has a name \(got 2, expected 1\)/,
  )
  assert.match(await refused('I,II\n', declared), /holds no samples/)
})

test('.npy: shapes and types', async () => {
  const npy = writeNpy({ shape: [4], data: Int16Array.of(1, 2, 3, 4) })
  assert.equal([...(await read(npy, { sampleRateHz: 1, units: 'mV' })).signals], [1, 2, 3, 4])
  const cube = writeNpy({ shape: [1, 2, 2], data: new Float32Array(4) })
  assert.match(await refused(cube, declared), /the array is no ECG \(got shape \(1, 2, 2\), expected \[samples\]/)
  assert.match(await refused(npy, { ...declared, leads: LEADS }), /another number of leads .* \(got 1, expected 2\)/)
})

test('what is no ECG file', async () => {
  for (const [contents, kind] of [
    ['PK\x03\x04', 'a zip archive'],
    ['\x1f\x8b', 'a gzip archive'],
    [`${'\0'.repeat(128)}DICM`, 'a DICOM file'],
    ['<?xml version="1.0"?>', 'an XML file'],
    ['\0\x01\x02', 'binary data of an unknown kind'],
    ['\n\n', 'an empty file'],
    ['', 'an empty file'],
  ]) {
    assert.match(
      await refused(Buffer.from(contents, 'latin1')),
      new RegExp(`cannot be read \\(got ${kind}, expected WFDB`),
    )
  }
  await inFolder(dir => {
    mkdirSync(join(dir, 'd'))
    assert.match(
      refusal(() => readEcg(join(dir, 'd'))),
      /not a regular file/,
    )
    assert.match(
      refusal(() => readEcg(join(dir, 'e'))),
      /the file is missing/,
    )
  })
})

const dir = ecgDataDir()
if (!dir) skip(name, 'a real record', 'ECG_DATA_DIR names no folder with real records')
else {
  test('MIT-BIH 100: patient, leads, annotations, first sample', () => {
    const ecg = readEcg(join(dir, 'mitdb/100'))
    assert.equal([ecg.leads, ecg.samples, ecg.patient], [['MLII', 'V5'], 650_000, { sex: 'M', ageYears: 69 }])
    assert.equal([ecg.signals[0], ecg.signals[1], ecg.annotations?.length], [-0.145, -0.065, 2274])
    assert.equal(ecg.annotations![0], { sample: 18, symbol: '+', text: '(N' })
  })
}

test.run()
