import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { liveBytes, planArena } from '../../src-ts/plan/arena.ts'

const buffer = fc
  .record({
    bytes: fc.integer({ min: 1, max: 5000 }),
    first: fc.integer({ min: -1, max: 20 }),
    length: fc.integer({ min: 0, max: 6 }),
  })
  .map(({ bytes, first, length }) => ({ name: 'b', bytes, first, last: first + length }))

const test = suite('arena')

test('buffers that live together never overlap, and no plan beats the lower bound', () => {
  fc.assert(
    fc.property(fc.array(buffer, { minLength: 1, maxLength: 25 }), buffers => {
      const { offsets, bytes, lowerBoundBytes } = planArena(buffers)
      assert.ok(bytes >= lowerBoundBytes)
      buffers.forEach((a, i) => {
        assert.is(offsets[i] % 16, 0)
        assert.ok(offsets[i] + a.bytes <= bytes)
        buffers.forEach((b, j) => {
          const together = i !== j && a.first <= b.last && b.first <= a.last
          if (together) assert.ok(offsets[i] + a.bytes <= offsets[j] || offsets[j] + b.bytes <= offsets[i])
        })
      })
    }),
    { numRuns: 60 },
  )
})

test('a chain needs no more than its two largest neighbours', () => {
  const sizes = [1600, 3200, 640, 6400, 320]
  const chain = sizes.map((bytes, i) => ({ name: `t${i}`, bytes, first: i - 1, last: i }))
  const plan = planArena(chain)
  assert.is(plan.lowerBoundBytes, 640 + 6400)
  assert.is(plan.bytes, plan.lowerBoundBytes)
})

test('the same buffers give the same plan', () => {
  const buffers = Array.from({ length: 12 }, (_, i) => ({
    name: `t${i}`,
    bytes: 16 * ((i * 7) % 11) + 1,
    first: i,
    last: i + (i % 4),
  }))
  assert.equal(planArena(buffers), planArena(buffers))
})

test('live bytes per step', () => {
  assert.equal(
    liveBytes([
      { name: 'a', bytes: 5, first: -1, last: 0 },
      { name: 'b', bytes: 3, first: 0, last: 1 },
    ]),
    [5, 8, 3],
  )
})

test.run()
