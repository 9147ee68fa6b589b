import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findRecords } from '../../../src-ts/ecg/checks/check.ts'
import { readSuperclasses } from '../../../src-ts/ecg/datasets/ptb-xl-labels.ts'
import { random } from '../../../src-ts/random.ts'
import { ecgDataDir, python, skip } from '../../helpers/environment.ts'
import { inFolder, type SignalToWrite, writeRecord } from '../../helpers/wfdb-files.ts'
import { compareWithWfdb } from '../../helpers/wfdb-peer.ts'

const name = 'ecg/wfdb-peer'
const test = suite(name)
const peer = python()
const dataDir = ecgDataDir()
const long = Boolean(process.env.HOLTER_LONG)
const noPeer = 'the virtual environment with the PyPI package wfdb is missing (npm run setup)'
const noData = 'ECG_DATA_DIR names no folder with real records'

const BITS: Readonly<Record<number, number>> = {
  8: 7,
  16: 16,
  24: 24,
  32: 32,
  61: 16,
  80: 8,
  160: 16,
  212: 12,
  310: 10,
  311: 10,
}

if (!peer) skip(name, 'every format', noPeer)
else {
  test('every format: random samples, invalid ones included, in one and more signals, equal to wfdb in every value', () =>
    inFolder(dir => {
      const paths: string[] = []
      for (const [format, bits] of Object.entries(BITS)) {
        for (const frames of [1, 2, 3, 4, 5, 50]) {
          for (const layout of [[1], [1, 1, 1], [2, 1], [3, 1, 1, 2]]) {
            const stream = random(Number(format), frames, layout.length)
            const signals = layout.map((perFrame, i): SignalToWrite => {
              // Format 8 holds differences, 7 bits keep them in a byte; the others hold the whole range.
              const draw = () => stream.integer(2 ** bits) - 2 ** (bits - 1)
              return {
                digital: Array.from({ length: frames * perFrame }, draw),
                perFrame,
                gain: `${200 + i}(${i - 1})/mV 12 0`,
              }
            })
            const single =
              format === '8' ? signals.map(s => ({ ...s, perFrame: 1, digital: s.digital.slice(0, frames) })) : signals
            const record = `f${format}_${frames}_${layout.join('')}`
            paths.push(writeRecord(dir, record, Number(format), single, { offset: frames === 5 ? 7 : 0 }).slice(0, -4))
          }
        }
        if (format !== '8') {
          const skewed = [{ digital: [5, 6, 7, 8, 9], skew: 2 }, { digital: [1, 2, 3, 4, 5] }]
          paths.push(writeRecord(dir, `skew${format}`, Number(format), skewed).slice(0, -4))
        }
      }
      assert.ok(compareWithWfdb(peer, paths) > 1000)
    }))
}

if (!peer || !dataDir) {
  skip(name, 'PTB-XL records', peer ? noData : noPeer)
  skip(name, 'MIT-BIH records', peer ? noData : noPeer)
} else {
  test('PTB-XL records (some of folds 1 to 9): equal to wfdb in every value', () => {
    const dir = join(dataDir, 'ptb-xl')
    const records = readSuperclasses(dir, ['CD', 'HYP', 'MI', 'NORM', 'STTC']).records
    const paths = records.filter(({ fold }) => fold < 10).map(({ path100 }) => join(dir, path100))
    const chosen = paths.filter((_, i) => i % 60 === 0)
    assert.is(compareWithWfdb(peer, chosen), chosen.length * 12_000)
  })

  if (long) {
    test('every 100 Hz record of PTB-XL: equal to wfdb in every value', () => {
      // Those of the test fold and those without a label as well: bytes are compared, no label and no score is seen.
      const dir = join(dataDir, 'ptb-xl/records100')
      const records = findRecords(dir)
      assert.is(
        compareWithWfdb(
          peer,
          records.map(record => join(dir, record)),
        ),
        records.length * 12_000,
      )
      console.log(`${records.length} records of PTB-XL`)
    })
  }

  test('MIT-BIH records (format 212): equal to wfdb in every value', () => {
    const dir = join(dataDir, 'mitdb')
    const records = readFileSync(join(dir, 'RECORDS'), 'utf8').split('\n').filter(Boolean)
    const chosen = records.filter((_, i) => long || i % 24 === 0)
    assert.is(
      compareWithWfdb(
        peer,
        chosen.map(record => join(dir, record)),
      ),
      chosen.length * 1_300_000,
    )
  })
}

test.run()
