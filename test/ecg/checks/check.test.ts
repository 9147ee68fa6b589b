import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkRecord, checkRecords, type Expected, findRecords } from '../../../src-ts/ecg/checks/check.ts'
import type { Finding } from '../../../src-ts/ecg/checks/check-leads.ts'
import { recordQuality } from '../../../src-ts/ecg/checks/quality.ts'
import { locatePtbXl } from '../../../src-ts/ecg/datasets/ptb-xl-labels.ts'
import { testFoldOf } from '../../../src-ts/ecg/datasets/test-fold.ts'
import { readWindow } from '../../../src-ts/ecg/formats/read-window.ts'
import { HolterError } from '../../../src-ts/errors.ts'
import { ecgDataDir, testUnless } from '../../helpers/environment.ts'
import { madeEcg } from '../../helpers/made-ecg.ts'
import { inFolder, writeRecord } from '../../helpers/wfdb-files.ts'

const test = suite('ecg/checks/check')
/** The waves here are sines, in which no QRS complex stands out; what is said of hearts has tests of its own below. */
const ofHearts = ['noisy', 'wander']
const seen = (all: readonly Finding[]) => all.filter(({ kind }) => !ofHearts.includes(kind))
const checkFolder = (dir: string, expected?: Expected) =>
  [...checkRecords(dir, findRecords(dir), expected)].map(verdict => ({ ...verdict, problems: seen(verdict.problems) }))
const gain = '1000/mV 16 0'
const wave = (change: (value: number, i: number) => number = value => value) =>
  Array.from({ length: 1000 }, (_, i) => change(Math.round(2500 * Math.sin(i / 9) + 300 * Math.sin(i)), i))

const findings = (digital: readonly number[]) =>
  inFolder(dir => {
    writeRecord(dir, 'r', 16, [{ digital, gain, name: 'V2' }])
    return seen(checkRecord(join(dir, 'r'))).map(({ kind, text }) => `${kind} | ${text}`)
  })

test('a good record', async () => assert.equal(await findings(wave()), []))

test('flat throughout, and for a while', async () => {
  assert.equal(await findings(new Array(1000).fill(7)), ['flat | V2: 10.00 s at 0.007'])
  assert.equal(await findings(wave((value, i) => (i > 600 && i < 700 ? -40 : value))), ['flat | V2: 0.99 s at -0.04'])
  assert.equal(await findings(wave((value, i) => (i > 600 && i < 640 ? -40 : value))), [])
})

test('rails', async () => {
  assert.equal(await findings(wave(value => Math.min(value, 2000))), ['saturated | V2: 14 samples in a row at 2'])
  // However long it stays there, the rail is what is wrong, and it is said once.
  const stuck = wave((value, i) => (i > 300 && i < 400 ? 2801 : value))
  assert.equal(await findings(stuck), ['saturated | V2: 99 samples in a row at 2.801'])
})

test('microvolts taken for millivolts', async () => {
  const own = wave()
  await inFolder(dir => {
    writeRecord(dir, 'r', 16, [{ digital: own, gain: '1/mV 16 0', name: 'V2' }])
    const [{ kind, text }] = seen(checkRecord(join(dir, 'r')))
    assert.is(kind, 'units')
    assert.match(text, /^V2: ranges over \d{4} mV; are these microvolts$/)
  })
})

test('what a drawing shows is found, too: noise, wander and excursions, in long records with their place', () =>
  inFolder(dir => {
    const { signal } = madeEcg(30, 100)
    const found = (change: (mv: number, i: number) => number) => {
      const digital = Array.from(signal, (mv, i) => Math.round(1000 * change(mv, i)))
      writeRecord(dir, 'r', 16, [{ digital, gain, name: 'II' }])
      return checkRecord(join(dir, 'r')).map(({ kind, text }) => `${kind} | ${text}`)
    }
    assert.equal(
      found(mv => mv),
      [],
    )
    assert.equal(found((mv, i) => (i === 1500 ? 25 : mv)).slice(0, 1), [
      'excursion | II: goes 25 mV away from its middle',
    ])
    assert.match(
      found((mv, i) => (i >= 2000 ? mv + Math.sin(i / 100) : mv)).join(),
      /^wander \| II: in 1 of 3 stretches of 10 s, first at 20 s: \d\.\d mV below 0\.5 Hz$/,
    )
    const { signal: noise } = madeEcg(30, 100, 2, 0.5)
    assert.match(found((_, i) => noise[i]).join(), /^noisy \| II: in 3 of 3 stretches of 10 s, first at 0 s: /)
  }))

test('invalid samples', async () => {
  assert.equal(await findings(wave((value, i) => (i < 3 ? -32768 : value))), ['invalid samples | V2: 3 of 1000'])
  assert.equal(await findings(new Array(10).fill(-32768)), ['invalid samples | V2: 10 of 10'])
})

test('a folder: every record by name, unreadable ones with the reason, lengths against what is expected', () =>
  inFolder(dir => {
    mkdirSync(join(dir, 'b'))
    for (const [place, name] of [
      [dir, 'z'],
      [join(dir, 'b'), 'cut'],
      [dir, 'a'],
    ]) {
      writeRecord(place, name, 16, [{ digital: wave(), gain }])
    }
    truncateSync(join(dir, 'b/cut.dat'), 100)
    writeFileSync(join(dir, 'notes.txt'), '')
    const verdicts = [...checkFolder(dir)]
    assert.equal(verdicts, [
      { record: 'a', problems: [] },
      { record: 'b/cut', problems: [{ kind: 'unreadable', text: 'the signal file is shorter than its header says' }] },
      { record: 'z', problems: [] },
    ])
    const [first] = checkFolder(dir, { samples: 1000, sampleRateHz: 500 })
    assert.equal(first.problems, [{ kind: 'length', text: '1000 samples at 100 Hz, 1000 at 500 Hz expected' }])
  }))

test('a record of segments is checked as a whole, its layout is passed over', () =>
  inFolder(dir => {
    writeRecord(dir, 's', 16, [{ digital: wave(), gain, name: 'V2' }])
    writeFileSync(join(dir, 'layout.hea'), 'layout 1 100 0\n~ 0 1000/mV 16 0 0 0 0 V2\n')
    writeFileSync(join(dir, 'm.hea'), 'm/3 1 100 1100\nlayout 0\ns 1000\n~ 100\n')
    assert.equal(
      [...checkFolder(dir)],
      [
        { record: 'm', problems: [{ kind: 'invalid samples', text: 'V2: 100 of 1100' }] },
        { record: 's', problems: [] },
      ],
    )
  }))

test('exchanged limb leads, names in any case', () =>
  inFolder(dir => {
    const [i, ii] = [wave(), wave((value, at) => Math.round(value / 2 + 400 * Math.cos(at / 5)))]
    const mix = (a: number, b: number) => i.map((value, at) => Math.round(a * value + b * ii[at]))
    const named = { I: ii, II: i, III: mix(-1, 1), aVR: mix(-0.5, -0.5), aVL: mix(1, -0.5), aVF: mix(-0.5, 1) }
    writeRecord(
      dir,
      'r',
      16,
      Object.entries(named).map(([name, digital]) => ({ name, digital, gain })),
    )
    assert.equal(seen(checkRecord(join(dir, 'r'))), [{ kind: 'limb leads', text: 'I and II are exchanged' }])
  }))

test('a folder without records', () =>
  inFolder(dir => {
    for (const [place, problem] of [
      [dir, 'no WFDB record (.hea) at or below this folder'],
      [join(dir, 'nowhere'), 'the folder cannot be listed, the system says ENOENT'],
    ]) {
      assert.throws(
        () => [...checkFolder(place)],
        (error: Error) => error instanceof HolterError && error.message.includes(problem),
      )
    }
  }))

const ptbXl = locatePtbXl(ecgDataDir() ?? '/nowhere')
const real = testUnless(ptbXl ? undefined : 'ECG_DATA_DIR names no folder with PTB-XL', 'ecg/checks/check', test)

real('where holter plot would say something of a record of PTB-XL, the check does, too', () => {
  const closed = testFoldOf(ptbXl!)
  const records = findRecords(join(ptbXl!, 'records100')).filter(record => !closed(record))
  let found = 0
  for (const record of records.filter((_, i) => i % 40 === 0)) {
    const path = join(ptbXl!, 'records100', record)
    const { leads, sampleRateHz } = readWindow(path, 0, 10)
    const bad = recordQuality(leads, sampleRateHz).leads.filter(({ findings }) => findings.length > 0)
    const problems = checkRecord(path)
    for (const { lead } of bad)
      assert.ok(
        problems.some(({ text }) => text.startsWith(`${lead}: `)),
        `${record} ${lead}`,
      )
    found += bad.length
  }
  assert.ok(found > 10, `${found} leads with findings`)
})

test.run()
