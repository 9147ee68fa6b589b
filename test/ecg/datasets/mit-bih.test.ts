import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { beatClass, type Convention } from '../../../src-ts/ecg/beats/beat-classes.ts'
import { countBeats, firstScoredSample, locateMitBih, openMitBih } from '../../../src-ts/ecg/datasets/mit-bih.ts'
import {
  DS1,
  DS1_TRAIN,
  DS1_VALIDATION,
  DS2,
  MIT_BIH_SETS,
  type MitBihSet,
} from '../../../src-ts/ecg/datasets/mit-bih-sets.ts'
import { ecgDataDir, skip } from '../../helpers/environment.ts'
import { inFolder } from '../../helpers/wfdb-files.ts'

const name = 'ecg/mit-bih'
const test = suite(name)
const dir = locateMitBih(ecgDataDir() ?? '/nowhere')

/** Beats N S V F Q of each set as published for the inter-patient split; the scripts of others give the same. */
const COUNTS: readonly (readonly [MitBihSet, Convention, from: number, counts: string])[] = [
  ['all', 'ml', 0, '90631 2781 7236 803 8043'],
  ['ds1', 'ml', 0, '45866 944 3788 415 8'],
  ['ds1', 'ec57', 0, '45834 976 3788 415 8'],
  ['ds2', 'ml', 0, '44259 1837 3221 388 7'],
  ['ds2', 'ec57', 0, '44046 2050 3221 388 7'],
  ['ds2', 'ml', firstScoredSample, '36926 1608 2686 288 7'],
  ['ds2-without-202', 'ml', 0, '42198 1782 3202 387 7'],
]

if (!dir) skip(name, 'beat counts of the real records', 'ECG_DATA_DIR names no folder with mitdb')
else {
  for (const [set, convention, from, counts] of COUNTS) {
    test(`beats of ${set} by ${convention} from sample ${from}`, () => {
      assert.is(countBeats(openMitBih(dir, set), convention, { from }).join(' '), counts)
    })
  }

  test('signals by lead; 114 has its leads in the other order', () => {
    const [a, b] = openMitBih(dir, ['100', '114'])
    assert.equal([...a.leads().keys()], ['MLII', 'V5'])
    assert.equal([...b.leads().keys()], ['V5', 'MLII'])
    // (995 − 1024) / 200, as the header's initial value says.
    assert.is(a.leads().get('MLII')![0], -0.145)
    assert.is(b.patient, '114')
  })
}

test('sets: no record twice, DS1 is its two halves, one patient has two records', () => {
  const sorted = (ids: readonly string[]) => ids.slice().sort()
  assert.is(new Set(MIT_BIH_SETS.all).size, 48)
  assert.is(new Set([...DS1, ...DS2]).size, 44)
  assert.equal(sorted([...DS1_TRAIN, ...DS1_VALIDATION]), sorted(DS1))
  assert.is(MIT_BIH_SETS['ds2-without-202'].length, 21)
})

test('classes of mnemonics', () => {
  assert.equal(
    [...'NeajE/r+?B', ''].map(symbol => beatClass(symbol, 'ml')),
    [0, 0, 1, 0, 2, 4, undefined, undefined, undefined, undefined, undefined],
  )
  assert.equal(
    [...'NeajE/r+?B'].map(symbol => beatClass(symbol, 'ec57')),
    [0, 1, 1, 1, 2, 4, 2, undefined, 4, 0],
  )
})

test('unknown and missing records', () =>
  inFolder(folder => {
    assert.throws(() => openMitBih(folder, ['999']), /MIT-BIH has no such record \(got 999, expected 100 101/)
    assert.throws(() => openMitBih(folder, ['100']), /100\.atr: cannot be read: it does not exist/)
    assert.is(locateMitBih(folder), undefined)
  }))

test.run()
