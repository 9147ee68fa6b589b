import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../../src-ts/errors.ts'
import {
  excess,
  fits,
  type Measured,
  nearestMiss,
  paretoFront,
  parseBudget,
} from '../../src-ts/runs/compress/budget.ts'

const test = suite('budgets')

const row = fc.record({
  flashBytes: fc.integer({ min: 1000, max: 100_000 }),
  ramBytes: fc.integer({ min: 1000, max: 100_000 }),
  macs: fc.integer({ min: 1000, max: 10_000_000 }),
  score: fc.integer({ min: 500, max: 999 }).map(thousandths => thousandths / 1000),
})
const rows = fc.array(row, { minLength: 1, maxLength: 8 })
const numbers = fc.tuple(
  fc.integer({ min: 1, max: 90 }),
  fc.integer({ min: 1, max: 90 }),
  fc.integer({ min: 50, max: 99 }),
)

test('a budget is read with its units', () => {
  const values = parseBudget('flash=32KB, ram=24576,macs=1.5M,auc=.92').map(({ limit, value }) => [limit.name, value])
  assert.equal(values, [
    ['flash', 32_768],
    ['ram', 24_576],
    ['macs', 1_500_000],
    ['auc', 0.92],
  ])
})

test('a wrong budget is refused by its part', () => {
  const said = (text: string) => {
    try {
      parseBudget(text)
    } catch (error) {
      assert.instance(error, HolterError)
      return (error as HolterError).message
    }
    return 'nothing'
  }
  assert.match(said('flsh=3KB'), /--budget flsh=3KB: no such limit .*Did you mean flash\?/)
  assert.match(said('flash'), /a limit is a name and a number/)
  assert.match(said('flash=3GB'), /no such unit here \(expected B, KB, MB\)/)
  assert.match(said('auc=92'), /a score must be below 1/)
  assert.match(said('auc=.9K'), /no such unit here \(expected none\)/)
  assert.match(said('flash=1KB,flash=2KB'), /flash is limited twice/)
  assert.match(said('ram=0'), /must be above 0/)
})

test('a row keeps a budget when it breaks no limit, and what the nearest miss asks for is enough', () => {
  fc.assert(
    fc.property(rows, numbers, (all: Measured[], [flash, ram, auc]) => {
      const budget = parseBudget(`flash=${flash}KB,ram=${ram}KB,auc=0.${auc}`)
      for (const each of all) {
        const within = each.flashBytes <= flash * 1024 && each.ramBytes <= ram * 1024 && each.score >= auc / 100
        assert.is(fits(budget, each), within)
      }
      if (all.some(each => fits(budget, each))) return
      const { row: near, broken, enough } = nearestMiss(budget, all)
      const total = (each: Measured) => budget.reduce((sum, bound) => sum + excess(bound, each), 0)
      for (const each of all) assert.ok(total(near) <= total(each))
      const kept = budget.filter(bound => !broken.includes(bound))
      assert.ok(fits([...kept, ...parseBudget(enough)], near), enough)
    }),
  )
})

test('no row beats one of the front, and every other row is beaten', () => {
  fc.assert(
    fc.property(rows, all => {
      const front = paretoFront(all)
      const beats = (a: Measured, b: Measured) =>
        a.flashBytes <= b.flashBytes && a.score >= b.score && (a.flashBytes < b.flashBytes || a.score > b.score)
      for (const each of front) assert.not.ok(all.some(other => beats(other, each)))
      for (const each of all)
        assert.ok(
          front.some(other => other.flashBytes === each.flashBytes && other.score === each.score) ||
            all.some(other => beats(other, each)),
        )
    }),
  )
})

test.run()
