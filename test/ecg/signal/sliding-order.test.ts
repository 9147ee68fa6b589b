import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SlidingOrder } from '../../../src-ts/ecg/signal/sliding-order.ts'

const test = suite('ecg/signal/sliding-order')

const of = (capacity: number, values: readonly number[]): SlidingOrder => {
  const order = new SlidingOrder(capacity)
  for (const value of values) order.push(value)
  return order
}

test('quantiles lie between neighbours, as numpy.quantile has them', () => {
  const order = of(4, [9, 1, 3, 2, 4])
  assert.is(order.size, 4)
  assert.equal(
    [0, 0.5, 1].map(q => order.quantile(q)),
    [1, 2.5, 4],
  )
  assert.ok(Math.abs(order.quantile(0.9) - 3.7) < 1e-12)
  assert.is(order.median(), 2.5)
  assert.is(order.mean(), 2.5)
  assert.is(
    order.share(value => value < 3),
    0.5,
  )
  assert.ok(Number.isNaN(new SlidingOrder(3).median()))
})

test('it holds the last numbers in order, whatever comes', () => {
  // Few different values, so that equal ones meet.
  const values = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 9 }), (all, capacity) => {
      const last = all.slice(-capacity).sort((a, b) => a - b)
      const order = of(capacity, all)
      const places = last.map((_, i) => (last.length === 1 ? 0 : i / (last.length - 1)))
      assert.equal(
        places.map(q => Math.round(order.quantile(q))),
        last,
      )
    }),
  )
})

test.run()
