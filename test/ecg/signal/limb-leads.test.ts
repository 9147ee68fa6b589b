import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { limbLeadsProblem } from '../../../src-ts/ecg/signal/limb-leads.ts'
import { openSynthetic } from '../../../src-ts/ecg/synthetic/synthetic.ts'

const test = suite('ecg/signal/limb-leads')
const NAMES = ['I', 'II', 'III', 'AVR', 'AVL', 'AVF']

const { splits } = await openSynthetic(9, ['validation'], 260)
const dataset = splits.validation!

/** The leads of a synthetic record by name, after a change of the names. */
const leadsOf = (record: number, rename: (name: string) => string = name => name) => {
  const out = new Float32Array(12_000)
  dataset.read(record, out, 0)
  return new Map(
    dataset.leads.map((name, lead) => [
      rename(name),
      Float64Array.from({ length: 1000 }, (_, i) => out[i * 12 + lead]),
    ]),
  )
}

const exchange = (a: string, b: string) => (name: string) => (name === a ? b : name === b ? a : name)

test('leads that fit each other', () => {
  for (let record = 0; record < dataset.length; record++) assert.is(limbLeadsProblem(leadsOf(record)), undefined)
})

test('an exchange of two limb leads is found and named, never another one', () => {
  let silent = 0
  let all = 0
  for (let record = 0; record < dataset.length; record++) {
    for (const [a, first] of NAMES.entries()) {
      for (const second of NAMES.slice(a + 1)) {
        const found = limbLeadsProblem(leadsOf(record, exchange(first, second)))
        assert.ok(found === undefined || found === `${first} and ${second} are exchanged`, found)
        if (found === undefined) silent++
        all++
      }
    }
  }
  // Where lead I is next to nothing, II, III and aVF are nearly the same.
  assert.ok(silent < all / 100, `${silent} of ${all}`)
})

test('a lead that belongs to another record', () => {
  const leads = leadsOf(0)
  leads.set('II', leadsOf(1).get('II')!)
  assert.match(limbLeadsProblem(leads) ?? '', /they do not fit each other: \d+ % of their size is left over/)
})

test('offsets, invalid samples, missing and silent leads are no contradiction', () => {
  const leads = leadsOf(0)
  for (const name of ['I', 'AVF'])
    leads.set(
      name,
      leads.get(name)!.map((value, i) => (i === 5 ? Number.NaN : value + 1)),
    )
  assert.is(limbLeadsProblem(leads), undefined)
  leads.delete('AVF')
  assert.is(limbLeadsProblem(leads), undefined)
  assert.is(limbLeadsProblem(new Map(NAMES.map(name => [name, new Float64Array(10)]))), undefined)
})

test.run()
