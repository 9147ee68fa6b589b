import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Dataset, SplitName } from '../../../src-ts/ecg/datasets/dataset.ts'
import { openPtbXl, type PtbXlOptions } from '../../../src-ts/ecg/datasets/ptb-xl.ts'
import { diagnosticLabels, locatePtbXl, readDiagnoses } from '../../../src-ts/ecg/datasets/ptb-xl-labels.ts'
import { HolterError } from '../../../src-ts/errors.ts'
import { ecgDataDir, skip } from '../../helpers/environment.ts'
import { LEADS, path100, ROWS, STATEMENTS, table, writePtbXl } from '../../helpers/ptb-xl-folder.ts'
import { inFolder } from '../../helpers/wfdb-files.ts'

const test = suite('ecg/datasets/ptb-xl')
const form = { labels: ['CD', 'HYP', 'MI', 'NORM', 'STTC'], leads: LEADS, sampleRateHz: 100, samples: 1000 }
const all: readonly SplitName[] = ['train', 'validation', 'test']
const open = (dir: string, splits = all, options: PtbXlOptions = {}) => openPtbXl(dir, form, splits, options)

const refusal = async (run: () => Promise<unknown>): Promise<string> => {
  try {
    await run()
  } catch (error) {
    assert.instance(error, HolterError)
    return (error as HolterError).message
  }
  throw new Error('nothing was refused')
}

const signal = (dataset: Dataset, index: number, lead: number): number[] => {
  const out = new Float32Array(12_000 + 5)
  dataset.read(index, out, 5)
  return Array.from({ length: 8 }, (_, i) => Math.round(1000 * out[5 + i * 12 + lead]))
}

test('labels, splits, counts and signals', () =>
  inFolder(async dir => {
    writePtbXl(dir)
    const opened = await open(dir)
    assert.equal(opened.records, { train: 2, validation: 1, test: 1 })
    assert.equal(opened.folds, [2, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    assert.equal(opened.dropped, { 'no superclass': 1 })
    assert.is(opened.source, dir)
    const train = opened.splits.train!
    assert.equal(train.records[1], { id: '4', patient: '7', fold: 1 })
    // Likelihood 0 counts; alphabetical order.
    assert.equal([...train.targets], [0, 0, 0, 1, 0, 0, 1, 1, 0, 0])
    assert.equal(signal(train, 1, 2), [420, 421, 422, 423, 424, 425, 426, 420])
    assert.throws(() => train.read(2, new Float32Array(12_000), 0), /record 2 of 2/)
  }))

test('leads are found by name, in any order and case; units other than mV are converted', () =>
  inFolder(async dir => {
    writePtbXl(dir, ROWS, ['v1', 'V2', 'V3', 'V4', 'V5', 'V6', 'aVF', 'aVL', 'aVR', 'III', 'II', 'I'])
    const header = join(dir, `${path100(4)}.hea`)
    writeFileSync(header, readFileSync(header, 'utf8').replaceAll('1000.0(0)/mV', '1(0)/uV'))
    const { splits } = await open(dir, ['train'])
    for (const lead of [0, 3, 11]) {
      assert.equal(signal(splits.train!, 0, lead).slice(0, 3), [100 + lead * 10, 101 + lead * 10, 102 + lead * 10])
      assert.equal(signal(splits.train!, 1, lead).slice(0, 3), [400 + lead * 10, 401 + lead * 10, 402 + lead * 10])
    }
  }))

test('statements that twenty training records have are auxiliary labels, whatever other folds hold', () =>
  inFolder(async dir => {
    const row = (id: number, fold: number, codes: string) => ({
      id,
      patient: id,
      fold,
      codes: `{'NORM': 0.0, ${codes}}`,
    })
    writePtbXl(dir, [
      ...Array.from({ length: 20 }, (_, i) => row(i + 1, 1 + (i % 8), i < 19 ? "'SR': 0.0, 'PVC': 0.0" : "'SR': 0.0")),
      ...Array.from({ length: 30 }, (_, i) => row(i + 31, 9 + (i % 2), "'PVC': 100.0, 'SR': 0.0")),
    ])
    const { splits } = await open(dir)
    const { auxiliary, length } = splits.train!
    assert.equal(auxiliary!.labels, ['NORM', 'SR'])
    assert.equal([...auxiliary!.targets], Array(2 * length).fill(1))
    assert.equal(splits.validation!.auxiliary!.labels, ['NORM', 'SR'])
  }))

test('only the splits asked for are opened; progress runs to the end', () =>
  inFolder(async dir => {
    writePtbXl(dir)
    for (const id of [6, 9]) rmSync(join(dir, `${path100(id)}.dat`))
    const seen: string[] = []
    const { splits, records } = await openPtbXl(dir, form, ['train'], {}, (done, total) =>
      seen.push(`${done}/${total}`),
    )
    assert.equal(Object.keys(splits), ['train'])
    assert.equal(records, { train: 2, validation: 1, test: 1 })
    assert.equal(seen, ['1/2', '2/2'])
  }))

test('the hash tells content, not place, and does not depend on the order of the splits asked for', () =>
  inFolder(async first => {
    await inFolder(async second => {
      writePtbXl(first)
      writePtbXl(second)
      const { hash } = await open(first)
      assert.match(hash, /^[0-9a-f]{64}$/)
      assert.is((await open(second, ['test', 'train', 'validation'])).hash, hash)
      assert.is.not((await open(first, ['train'])).hash, hash)
      writePtbXl(
        second,
        ROWS.map(row => (row.id === 6 ? { ...row, codes: "{'LVH': 1.0}" } : row)),
      )
      assert.is.not((await open(second)).hash, hash)
    })
  }))

test('missing files: named and counted; left out and counted with skipMissing', () =>
  inFolder(async dir => {
    writePtbXl(dir)
    rmSync(join(dir, `${path100(4)}.dat`))
    const one = await refusal(() => open(dir))
    assert.ok(
      one.endsWith(
        '00004_lr: the files of record 4 in the label table are missing. Complete the folder, or leave such records out with --skip-missing.',
      ),
      one,
    )
    rmSync(join(dir, `${path100(6)}.hea`))
    assert.match(
      await refusal(() => open(dir)),
      /record 4 in the label table are missing, and so are those of 1 more of its records/,
    )
    rmSync(join(dir, `${path100(6)}.dat`))
    const { records, dropped, splits } = await open(dir, ['train'], { skipMissing: true })
    assert.equal(dropped, { 'no superclass': 1, 'missing file': 1 })
    assert.equal(records, { train: 1, validation: 1, test: 1 })
    assert.is(splits.train!.length, 1)
    assert.match(
      await refusal(() => open(dir, all, { skipMissing: true })),
      /the validation split holds no labelled record/,
    )
  }))

test('a patient on two sides of the split', () =>
  inFolder(async dir => {
    writePtbXl(dir, [...ROWS, { id: 20, patient: 7, fold: 10, codes: "{'NORM': 1.0}" }])
    assert.match(
      await refusal(() => open(dir)),
      /patient 7 is on two sides of the split: record 1, fold 1 \(train\) and record 20, fold 10 \(test\)/,
    )
  }))

test('what a damaged table says', () =>
  inFolder(async dir => {
    writePtbXl(dir)
    const change = (from: string | RegExp, to: string) => {
      writeFileSync(join(dir, 'ptbxl_database.csv'), table(ROWS).replace(from, to))
      return refusal(() => open(dir))
    }
    assert.match(
      await change('strat_fold', 'stratfold'),
      /ptbxl_database\.csv: the column strat_fold is missing\. Did you rename it to stratfold/,
    )
    assert.match(
      await change("{'SR': 100.0}", "{'SR'}"),
      /row 4, scp_codes: character 6 of a Python dict cannot be read/,
    )
    assert.match(
      await change('",9,records', '",11,records'),
      /row 5, strat_fold: no such fold \(got 11, expected 1 to 10\)/,
    )
    assert.match(await change('\n4,', '\n1,'), /row 3, ecg_id: the record comes twice \(got 1\)/)
    assert.match(await change('8.0', 'unknown'), /row 4, patient_id: this is not a whole number/)
    assert.match(
      await change('records100/00000/00006_lr', '../../etc/x'),
      /row 5, filename_lr: this is not a path inside the data folder/,
    )
    writePtbXl(dir)
    writeFileSync(join(dir, 'scp_statements.csv'), STATEMENTS.replace(',HYP', ',HIP'))
    assert.match(
      await refusal(() => open(dir)),
      /scp_statements\.csv row 4, diagnostic_class: no such superclass \(got HIP/,
    )
    rmSync(join(dir, 'scp_statements.csv'))
    assert.match(
      await refusal(() => open(dir)),
      /scp_statements\.csv: the file is missing\. Use the tables of PTB-XL 1\.0\.3/,
    )
  }))

test('a record that does not fit the task', () =>
  inFolder(async dir => {
    writePtbXl(dir)
    const header = join(dir, `${path100(4)}.hea`)
    const text = readFileSync(header, 'utf8')
    const change = (from: string | RegExp, to: string) => {
      writeFileSync(header, text.replace(from, to))
      return refusal(() => open(dir))
    }
    assert.match(
      await change(' 12 100 1000', ' 12 500 1000'),
      /00004_lr: wrong sample rate \(got 500 Hz, expected 100 Hz\)/,
    )
    assert.match(
      await change(' 12 100 1000', ' 12 100 900'),
      /00004_lr\.dat: the signal file is longer than its header says/,
    )
    assert.match(await change(' AVR\n', ' -AVR\n'), /lead AVR is missing \(got I II III -AVR .*Is -AVR meant for it/)
    assert.match(
      await change(' AVR\n', ' AVL\n'),
      /lead AVR is missing \(got I II III AVL AVL AVF V1 V2 V3 V4 V5 V6, expected I II III AVR .*\)\.$/,
    )
  }))

test('a lead twice, an invalid sample, a current', () =>
  inFolder(async dir => {
    writePtbXl(dir, ROWS, [...LEADS, 'I'])
    assert.match(await refusal(() => open(dir)), /00001_lr: lead I comes twice/)
    writePtbXl(dir)
    const header = join(dir, `${path100(1)}.hea`)
    const text = readFileSync(header, 'utf8')
    writeFileSync(header, text.replace('/mV', '/mA'))
    assert.match(await refusal(() => open(dir)), /lead I is not in volts \(got "mA"/)
    // Sample 3 of lead II becomes the invalid one; the header follows, since its checksum would speak first.
    const data = join(dir, `${path100(1)}.dat`)
    const bytes = readFileSync(data)
    const place = (3 * 12 + 1) * 2
    const sum = Number(/ (\d+) 0 II\n/.exec(text)![1]) - bytes.readInt16LE(place) + 32768
    bytes.writeInt16LE(-32768, place)
    writeFileSync(data, bytes)
    writeFileSync(header, text.replace(/ (\d+) 0 II\n/, ` ${sum & 0xffff} 0 II\n`))
    assert.match(
      await refusal(() => open(dir)),
      /00001_lr: sample 3 of lead II is not valid \(got -32768, .*Leave the record out of the table/,
    )
  }))

const data = locatePtbXl(ecgDataDir() ?? '/nowhere')
if (!data) skip('ecg/ptb-xl', 'counts and 500 Hz of the real records', 'ECG_DATA_DIR names no folder with ptb-xl')
else {
  test('the subset: 5, 23 and 44 labels; published counts per fold and class', () => {
    assert.equal(
      (['superclass', 'subclass', 'statement'] as const).map(level => diagnosticLabels(data, level).length),
      [5, 23, 44],
    )
    const { records } = readDiagnoses(data, ['CD', 'HYP', 'MI', 'NORM', 'STTC'], 'superclass')
    const count = (folds: readonly number[]) => {
      const own = records.filter(record => folds.includes(record.fold))
      return [own.length, ...[3, 4, 0, 1, 2].map(label => own.filter(({ labels }) => labels.includes(label)).length)]
    }
    // Counts of the label table only; the signals of fold 10 stay closed.
    assert.equal(count([1, 2, 3, 4, 5, 6, 7, 8]), [3306, 1645, 796, 702, 389, 714])
    assert.equal(count([9]), [468, 225, 118, 109, 56, 103])
    assert.equal(count([10]), [252, 122, 68, 48, 27, 52])
    const known = new Set(records.flatMap(({ statements }) => statements))
    assert.ok(['SR', 'ABQRS', 'AFIB', 'LVH', 'NORM'].every(statement => known.has(statement)))
    for (const level of ['subclass', 'statement'] as const) {
      const same = readDiagnoses(data, diagnosticLabels(data, level), level).records
      assert.is(same.length, records.length, level)
    }
  })

  test('500 Hz records where they are there', async () => {
    const labels = diagnosticLabels(data, 'subclass')
    const wanted = { ...form, labels, sampleRateHz: 500, samples: 5000 }
    const opened = await openPtbXl(data, wanted, ['train'], { skipMissing: true, level: 'subclass' })
    const { length, samples } = opened.splits.train!
    assert.ok(length > 20 && length <= 60, `${length}`)
    assert.is(samples, 5000)
    assert.is(opened.records.train, length)
    assert.is(opened.dropped['missing file'], 3306 - length)
  })
}

test('nothing is written into the data folder', () =>
  inFolder(async dir => {
    writePtbXl(dir)
    const before = readdirSync(dir, { recursive: true })
    await open(dir)
    assert.equal(readdirSync(dir, { recursive: true }), before)
  }))

test.run()
