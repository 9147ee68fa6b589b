import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { liveBytes, planArena } from '../../src-ts/plan/arena.ts'
import { random } from '../../src-ts/random.ts'

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

test('a plan that calls itself optimal is: no order of first fit gives less', () => {
  const few = fc.array(buffer, { minLength: 2, maxLength: 6 })
  fc.assert(
    fc.property(few, buffers => {
      const { bytes, optimal } = planArena(buffers)
      assert.ok(optimal)
      assert.is(bytes, smallest(buffers))
    }),
    { numRuns: 150 },
  )
})

test('first fit by size loses on some graphs where the search does not', () => {
  const graphs = Array.from({ length: 60 }, (_, seed) => {
    const r = random(seed)
    return Array.from({ length: 12 }, () => {
      const first = r.integer(10)
      return { name: 'b', bytes: 16 * (1 + r.integer(60)), first, last: first + 1 + r.integer(4) }
    })
  })
  const lost = graphs.map(buffers => {
    const bySize = buffers.toSorted((a, b) => b.bytes - a.bytes)
    const { bytes, optimal, greedy } = planArena(buffers)
    assert.ok(optimal)
    assert.is(greedy.bytes, firstFit(bySize))
    return greedy.bytes / bytes - 1
  })
  assert.ok(lost.every(share => share >= 0))
  assert.ok(Math.max(...lost) > 0.1, `the largest loss is ${Math.max(...lost)}`)
})

interface Live {
  readonly bytes: number
  readonly first: number
  readonly last: number
}

/** The lowest place for a buffer beside those that have theirs. */
function lowest(buffer: Live, placed: readonly (Live & { offset: number })[]): number {
  const beside = placed
    .filter(each => each.first <= buffer.last && buffer.first <= each.last)
    .sort((a, b) => a.offset - b.offset)
  let offset = 0
  for (const each of beside) {
    if (offset + aligned(buffer) <= each.offset) break
    offset = Math.max(offset, each.offset + aligned(each))
  }
  return offset
}

const aligned = ({ bytes }: Live) => Math.ceil(bytes / 16) * 16

/** Bytes of the arena when the buffers are placed in this order. */
function firstFit(buffers: readonly Live[]): number {
  const placed: (Live & { offset: number })[] = []
  for (const buffer of buffers) placed.push({ ...buffer, offset: lowest(buffer, placed) })
  return Math.max(...placed.map(each => each.offset + aligned(each)))
}

/** The smallest arena by trying every order: in one of them each buffer of an optimal plan, pushed down, finds its place by first fit. */
function smallest(buffers: readonly Live[]): number {
  const orders = (rest: readonly Live[]): Live[][] =>
    rest.length === 0
      ? [[]]
      : rest.flatMap((buffer, i) => orders(rest.filter((_, k) => k !== i)).map(order => [buffer, ...order]))
  return Math.min(...orders(buffers).map(firstFit))
}

test.run()
