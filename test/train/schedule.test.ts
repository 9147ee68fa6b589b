import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { learningRateAt } from '../../src-ts/train/schedule.ts'
import { tinyRecipe } from '../helpers/sine-classes.ts'

const test = suite('schedule')
const steps = 1000
const rates = (schedule: 'one-cycle' | 'cosine' | 'constant') =>
  Array.from({ length: steps }, (_, step) => learningRateAt({ ...tinyRecipe, schedule, learningRate: 2 }, step, steps))
const rising = (x: number[]) => x.every((value, i) => i === 0 || value > x[i - 1])

test('one-cycle rises for 30 % of the steps, then falls to nearly nothing', () => {
  const all = rates('one-cycle')
  assert.ok(rising(all.slice(0, 300)))
  assert.ok(rising(all.slice(300).reverse()))
  assert.ok(Math.abs(all[0] - 2 / 25) < 1e-3, `starts at a 25th of the peak: ${all[0]}`)
  assert.ok(all[300] > 1.999 && all[300] <= 2, `peak ${all[300]}`)
  assert.ok(all[999] > 0 && all[999] < 1e-5, `end ${all[999]}`)
})

test('cosine falls from the peak through half of it to nearly nothing', () => {
  const all = rates('cosine')
  assert.ok(rising([...all].reverse()))
  assert.ok(all[0] > 1.999 && all[999] < 1e-5)
  assert.ok(Math.abs((all[499] + all[500]) / 2 - 1) < 1e-9)
})

test('constant stays', () => {
  assert.equal(new Set(rates('constant')), new Set([2]))
})

test('a run of one step has a usable rate', () => {
  for (const schedule of ['one-cycle', 'cosine', 'constant'] as const) {
    assert.ok(learningRateAt({ ...tinyRecipe, schedule }, 0, 1) > 0, schedule)
  }
})

test.run()
