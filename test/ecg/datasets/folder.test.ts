import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { SplitName } from '../../../src-ts/ecg/datasets/dataset.ts'
import { locateFolder, openFolder } from '../../../src-ts/ecg/datasets/folder.ts'
import { inFolder, writeRecord } from '../../helpers/wfdb-files.ts'

const test = suite('ecg/datasets/folder')
const form = { labels: ['AF', 'SR'], leads: ['I', 'II'], sampleRateHz: 100, samples: 5 }
const all: readonly SplitName[] = ['train', 'validation', 'test']
const options = { declared: { sampleRateHz: 100, units: 'mV' } }

/** Twenty records of ten patients, half of them CSV, half WFDB. */
function write(dir: string, fold: (i: number) => string | number = () => ''): string[] {
  const rows = Array.from({ length: 20 }, (_, i) => {
    const file = i % 2 ? `r${i}.csv` : `r${i}`
    if (i % 2)
      writeFileSync(join(dir, file), `II,I\n${Array.from({ length: 5 }, (_, k) => `${i},${k / 100}`).join('\n')}\n`)
    else
      writeRecord(
        dir,
        file,
        16,
        form.leads.map(name => ({ name, digital: [i, 1, 2, 3, 4], gain: '1000/mV 16 0' })),
      )
    return `${file},${i % 4 < 2 ? 'SR' : 'SR AF'},p${i >> 1},${fold(i)}`
  })
  const table = ['file,labels,patient,fold', ...rows]
  writeFileSync(join(dir, 'labels.csv'), table.join('\n'))
  return table
}

test('files of two formats, folds dealt by patient, leads by name', () =>
  inFolder(async dir => {
    write(dir)
    assert.is(locateFolder(dir), dir)
    const { splits, records, folds } = await openFolder(dir, form, all, options)
    assert.equal(records, { train: 16, validation: 2, test: 2 })
    assert.equal(folds, new Array(10).fill(2))
    const { train } = splits
    const index = train!.records.findIndex(({ id }) => id.endsWith('.csv'))
    const out = new Float32Array(10)
    train!.read(index, out, 0)
    const number = Number(train!.records[index].id.slice(1, -4))
    assert.equal(
      [...out],
      [0, 0.01, 0.02, 0.03, 0.04].flatMap(x => [Math.fround(x), number]),
    )
  }))

test('given folds are kept', () =>
  inFolder(async dir => {
    write(dir, i => ((i >> 1) % 10) + 1)
    const { splits } = await openFolder(dir, form, ['test'], options)
    assert.equal(
      splits.test!.records.map(({ id, patient }) => [id, patient]),
      [
        ['r18', 'p9'],
        ['r19.csv', 'p9'],
      ],
    )
  }))

test('an offset of hundreds of millivolts is kept to the microvolt', () =>
  inFolder(async dir => {
    write(dir, i => ((i >> 1) % 10) + 1)
    writeFileSync(join(dir, 'r19.csv'), 'I,II\n300.001,0\n300.5,0\n299.25,0\n300,0\n300,0\n')
    const { splits } = await openFolder(dir, form, ['test'], options)
    const out = new Float32Array(10)
    splits.test!.read(1, out, 0)
    assert.equal([out[0], out[2], out[4]], [300.001, 300.5, 299.25].map(Math.fround))
  }))

test('missing files: left out of the opened splits and counted with skipMissing, the folds of the others as before', () =>
  inFolder(async dir => {
    write(dir)
    const whole = await openFolder(dir, form, all, options)
    const [first, second] = whole.splits.train!.records
    for (const { id } of [first, second]) rmSync(join(dir, id.endsWith('.csv') ? id : `${id}.hea`))
    const { splits, records, dropped } = await openFolder(dir, form, all, { ...options, skipMissing: true })
    assert.equal(dropped, { 'missing file': 2 })
    assert.equal(records, { train: 14, validation: 2, test: 2 })
    assert.equal(splits.train!.records, whole.splits.train!.records.slice(2))
    assert.equal(splits.test!.records, whole.splits.test!.records)
    const others = await openFolder(dir, form, ['validation'], options)
    assert.equal([others.records.train, others.dropped], [16, {}], 'what is not opened is not looked for')
  }))

test('a WFDB record is missing without a file that its header or a segment of it names; a damaged header tells its own error', () =>
  inFolder(async dir => {
    const table = write(dir, i => ((i >> 1) % 10) + 1)
    rmSync(join(dir, 'r0.dat'))
    writeFileSync(join(dir, 'labels.csv'), table.join('\n').replace('r2,', 'r2.hea,'))
    rmSync(join(dir, 'r2.dat'))
    writeFileSync(join(dir, 'r4.hea'), 'r4/3 2 100 5\nr6 5\n~ 0\nr8 0\n')
    rmSync(join(dir, 'r8.dat'))
    assert.throws(
      () => openFolder(dir, form, ['train'], options),
      /r0: the files of record r0 in the label table are missing, and so are those of 3 more of its records/,
    )
    const { records, dropped } = await openFolder(dir, form, ['train'], { ...options, skipMissing: true })
    assert.equal([records.train, dropped], [12, { 'missing file': 4 }])
    writeFileSync(join(dir, 'r0.hea'), 'r0 two\n')
    const damaged = await openFolder(dir, form, ['train'], { ...options, skipMissing: true }).then(() => '', String)
    assert.match(damaged, /r0\.hea line 1.*number of signals/)
  }))

test('too few patients to be dealt: the table is named, and what to write into it', () =>
  inFolder(async dir => {
    const table = write(dir).map((line, i) => (i === 0 ? line : line.replace(/p\d,/, `p${i % 3},`)))
    writeFileSync(join(dir, 'labels.csv'), table.join('\n'))
    assert.throws(
      () => openFolder(dir, form, all, options),
      /labels\.csv: no file has a fold, .* \(got 3, expected at least 10\)\. Give each file a fold: 1 to 8 to train/,
    )
  }))

test('what is wrong is named', () =>
  inFolder(async dir => {
    const table = write(dir, i => ((i >> 1) % 10) + 1)
    const change = async (from: string, to: string) => {
      writeFileSync(join(dir, 'labels.csv'), table.join('\n').replace(from, to))
      try {
        await openFolder(dir, form, all, options)
      } catch (error) {
        return (error as Error).message
      }
      return 'nothing was refused'
    }
    assert.match(
      await change('p9,10', 'p8,10'),
      /labels\.csv: patient p8 is on two sides: r16 in fold 9 \(validation\), r18 in fold 10 \(test\)\. Give all files/,
    )
    assert.match(await change('r0,SR', 'r0,SB'), /labels\.csv row 2: no such label \(got "SB", expected AF, SR; SR\?\)/)
    assert.match(await change('r0,', '../r0,'), /not a path inside the folder/)
    assert.match(await change('r1.csv', 'r0'), /the file comes twice/)
    assert.match(await change('p0,1', 'p0,11'), /no such fold \(got "11"/)
    assert.match(await change('p0,1', 'p0,'), /some files have a fold and others have none/)
    assert.match(await change('SR,p0', 'SR,'), /the patient is missing/)
    assert.match(await change('patient', 'subject'), /the column patient is missing/)
    assert.match(
      await change('r0,', 'r99,'),
      /r99: the files of record r99 in the label table are missing\. .* leave such records out with --skip-missing/,
    )
    writeFileSync(join(dir, 'labels.csv'), table.join('\n'))
    for (const [text, message] of [
      ['I,II\n1,2\n', /wrong length \(got 1, expected 5\)/],
      ['I,V1\n'.concat('1,2\n'.repeat(5)), /lead II is missing \(got I V1/],
      [
        'I,II\n1,900\n'.concat('1,0\n'.repeat(4)),
        /sample 0 of lead II is not valid \(got 900 mV, .*Are the units right/,
      ],
      ['I,II\n'.concat('1,\n'.repeat(5)), /sample 0 of lead II is not valid \(got NaN mV/],
    ] as const) {
      writeFileSync(join(dir, 'r1.csv'), text)
      assert.match(await change('', ''), message)
    }
  }))

test.run()
