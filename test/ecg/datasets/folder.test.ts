import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { SplitName } from '../../../src-ts/ecg/datasets/dataset.ts'
import { locateFolder, openFolder } from '../../../src-ts/ecg/datasets/folder.ts'
import { readFolderTable } from '../../../src-ts/ecg/datasets/folder-table.ts'
import { HolterError } from '../../../src-ts/errors.ts'
import { inFolder, writeRecord } from '../../helpers/wfdb-files.ts'

const test = suite('ecg/datasets/folder')
const form = { kind: 'multi-label', labels: ['AF', 'SR'], leads: ['I', 'II'], sampleRateHz: 100, samples: 5 } as const
const all: readonly SplitName[] = ['train', 'validation', 'test']

const refusal = (opening: Promise<unknown>) =>
  opening.then(
    () => 'nothing was refused',
    (error: Error) => error.message,
  )

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
    const { name, splits, records, folds } = await openFolder(dir, { ...form, ...{ name: 'ptb-xl-like' } }, all)
    assert.is(name, 'folder', 'whatever the task is called: a name may stand for a published data set')
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
    const { splits } = await openFolder(dir, form, ['test'])
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
    const { splits } = await openFolder(dir, form, ['test'])
    const out = new Float32Array(10)
    splits.test!.read(1, out, 0)
    assert.equal([out[0], out[2], out[4]], [300.001, 300.5, 299.25].map(Math.fround))
  }))

test('missing files: left out of the opened splits and counted with skipMissing, the folds of the others as before', () =>
  inFolder(async dir => {
    write(dir)
    const whole = await openFolder(dir, form, all)
    const [first, second] = whole.splits.train!.records
    for (const { id } of [first, second]) rmSync(join(dir, id.endsWith('.csv') ? id : `${id}.hea`))
    const { splits, records, dropped } = await openFolder(dir, form, all, { skipMissing: true })
    assert.equal(dropped, { 'missing file': 2 })
    assert.equal(records, { train: 14, validation: 2, test: 2 })
    assert.equal(splits.train!.records, whole.splits.train!.records.slice(2))
    assert.equal(splits.test!.records, whole.splits.test!.records)
    const others = await openFolder(dir, form, ['validation'])
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
    assert.match(
      await refusal(openFolder(dir, form, ['train'])),
      /4 things are wrong: .*r0: the file, or one that its header names, is missing; .*r8: the file.*\. Complete the folder, or .* --skip-missing/,
    )
    const { records, dropped } = await openFolder(dir, form, ['train'], { skipMissing: true })
    assert.equal([records.train, dropped], [12, { 'missing file': 4 }])
    writeFileSync(join(dir, 'r0.hea'), 'r0 two\n')
    const damaged = await openFolder(dir, form, ['train'], { skipMissing: true }).then(() => '', String)
    assert.match(damaged, /r0\.hea line 1.*number of signals/)
  }))

test('too few patients to be dealt: the table is named, and what to write into it', () =>
  inFolder(async dir => {
    const table = write(dir).map((line, i) => (i === 0 ? line : line.replace(/p\d,/, `p${i % 3},`)))
    writeFileSync(join(dir, 'labels.csv'), table.join('\n'))
    assert.match(
      await refusal(openFolder(dir, form, all)),
      /labels\.csv: no file has a fold, .* \(got 3, expected at least 10\)\. Give each file a fold: 1 to 8 to train/,
    )
  }))

test('what is wrong is named', () =>
  inFolder(async dir => {
    const table = write(dir, i => ((i >> 1) % 10) + 1)
    const change = async (from: string, to: string) => {
      writeFileSync(join(dir, 'labels.csv'), table.join('\n').replace(from, to))
      return refusal(openFolder(dir, form, all))
    }
    assert.match(
      await change('p9,10', 'p8,10'),
      /labels\.csv: patient p8 is on two sides: r16 in fold 9 \(validation\), r18 in fold 10 \(test\)\. Give all files/,
    )
    assert.match(
      await change('r0,SR', 'r0,SB'),
      /labels\.csv row 2, column labels: no such label \(got "SB", expected AF, SR; SR\?\)/,
    )
    assert.match(await change('r0,', '../r0,'), /not a path inside the folder/)
    assert.match(await change('r1.csv', 'r0'), /the file comes twice/)
    assert.match(await change('p0,1', 'p0,11'), /no such fold \(got "11"/)
    assert.match(await change('p0,1', 'p0,'), /some files have a fold and others have none/)
    assert.match(await change('SR,p0', 'SR,'), /row 2, column patient: the cell is empty \(expected a name or number/)
    assert.match(await change('patient', 'subject'), /the column patient is missing/)
    assert.match(
      await change('r0,', 'r99,'),
      /r99: the file, or one that its header names, is missing\. .* leave such records out with --skip-missing/,
    )
    writeFileSync(join(dir, 'labels.csv'), table.join('\n'))
    for (const [text, message] of [
      ['I,II\n1,2\n', /wrong length \(got 1 samples, expected 5\)/],
      ['I,V1\n'.concat('1,2\n'.repeat(5)), /the column II is missing \(got I V1/],
      [
        'I,II\n1,900\n'.concat('1,0\n'.repeat(4)),
        /row 2 of lead II is not valid \(got 900 mV, .*Are the units right.* --units/,
      ],
      ['I,II\n'.concat('1,\n'.repeat(5)), /row 2 of lead II is an empty cell or NaN/],
    ] as const) {
      writeFileSync(join(dir, 'r1.csv'), text)
      assert.match(await change('', ''), message)
    }
  }))

test('semicolons, no column for folds, and all that is wrong in one go', () =>
  inFolder(async dir => {
    const table = write(dir).map(line => line.split(',').slice(0, 3).join(';'))
    writeFileSync(join(dir, 'labels.csv'), table.join('\n'))
    const { folds } = await openFolder(dir, form, all)
    assert.equal(folds, new Array(10).fill(2))
    const damaged = table.with(1, 'r0;SB;').with(2, ';SR;p0').with(3, 'r2;SR AF;p1')
    writeFileSync(join(dir, 'labels.csv'), damaged.join('\n'))
    const rows = await refusal(openFolder(dir, form, all))
    for (const part of [
      'row 2, column patient: the cell is empty',
      'row 2, column labels: no such label',
      'row 3, column file: the cell is empty',
    ])
      assert.ok(rows.includes(part), rows)
    writeFileSync(join(dir, 'labels.csv'), table.join('\n'))
    writeFileSync(join(dir, 'r1.csv'), 'I,II\n1,2\n')
    writeFileSync(join(dir, 'r3.csv'), 'I,V1\n'.concat('1,2\n'.repeat(5)))
    rmSync(join(dir, 'r5.csv'))
    const files = await refusal(openFolder(dir, form, all))
    for (const part of [
      '3 things are wrong',
      'r1.csv: wrong length',
      'r3.csv: the column II is missing',
      'r5.csv: the file',
    ])
      assert.ok(files.includes(part), files)
  }))

test('labels that exclude each other: one for each file', () =>
  inFolder(async dir => {
    write(dir)
    const message = await refusal(openFolder(dir, { ...form, kind: 'single-label' }, all))
    assert.match(
      message,
      /row 4, column labels: labels of this task exclude each other \(got "SR AF", expected one of AF, SR\)/,
    )
  }))

test('other rates and units are converted when it is said', () =>
  inFolder(async dir => {
    write(dir, i => ((i >> 1) % 10) + 1)
    const slow = Array.from({ length: 10 }, (_, k) => `${100 * k},${50}`)
    for (let i = 1; i < 20; i += 2) writeFileSync(join(dir, `r${i}.csv`), ['I,II', ...slow].join('\n'))
    const reading = { rate: 200, units: 'uV', resample: true }
    const { splits } = await openFolder(dir, form, ['test'], { reading })
    const out = new Float32Array(10)
    splits.test!.read(1, out, 0)
    assert.is(out[1], Math.fround(0.05))
    assert.ok(Math.abs(out[4] - 0.4) < 0.05, `${out[4]} mV`)
    const unasked = await refusal(openFolder(dir, form, ['test'], { reading: { rate: 200, units: 'uV' } }))
    assert.match(unasked, /r19\.csv: wrong sample rate \(got 200 Hz, expected 100 Hz\)\. Add --resample/)
  }))

test('whatever stands in the table, it is read or every problem is named', () =>
  inFolder(dir => {
    const cell = fc.oneof(fc.constantFrom('r0', 'SR', 'SR AF', 'p1', '3', ''), fc.string({ maxLength: 5 }))
    const rows = fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { maxLength: 12 })
    fc.assert(
      fc.property(rows, fc.constantFrom(',', ';', '\t'), fc.boolean(), (cells, separator, single) => {
        const table = [['file', 'labels', 'patient', 'fold'], ...cells].map(row => row.join(separator))
        writeFileSync(join(dir, 'labels.csv'), table.join('\n'))
        try {
          const read = readFolderTable(dir, { ...form, kind: single ? 'single-label' : 'multi-label' })
          assert.ok(read.plans.length <= cells.length)
          for (const { message } of read.problems) assert.match(message, /^\[ecg\] .*labels\.csv/)
        } catch (error) {
          assert.instance(error, HolterError)
        }
      }),
      { seed: 1, numRuns: 300 },
    )
  }))

test.run()
