import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { packSparse } from '../../src-ts/ops/parts/sparse-filter.ts'

const test = suite('filters with many zeros, packed')

/** Filters of runs of zeros, some of them longer than one byte counts, and of values between. */
const filter = fc.array(fc.tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: -128, max: 127 })), {
  minLength: 1,
  maxLength: 6,
})

function unpack(bytes: Uint8Array, outC: number, perFilter: number): Int8Array {
  const filter = new Int8Array(outC * perFilter)
  let from = 0
  for (let o = 0; o < outC; o++) {
    let left = bytes[from] + 256 * bytes[from + 1]
    for (let at = o * perFilter - 1; left > 0; left--) {
      from += 2
      at += bytes[from] + 1
      filter[at] = bytes[from + 1]
    }
    from += 2
  }
  return filter
}

test('unpacking gives the filter, and the steps are pairs of what is named', () => {
  fc.assert(
    fc.property(filter, fc.integer({ min: 1, max: 4 }), (runs, outC) => {
      const one = runs.flatMap(([zeros, value]) => [...new Array(zeros).fill(0), value])
      const all = Int8Array.from({ length: outC * one.length }, (_, i) => one[(i * 7) % one.length])
      const { bytes, steps } = packSparse(all, outC)
      assert.equal(unpack(bytes, outC, one.length), all)
      const named = (bytes.length - 2 * outC) / 2
      assert.ok(steps >= named / 2 && steps <= (named + outC) / 2)
    }),
    { seed: 1 },
  )
})

test('a filter of zeros names one', () => {
  assert.equal(packSparse(new Int8Array(6), 2), { bytes: Uint8Array.of(1, 0, 2, 0, 1, 0, 2, 0), steps: 2 })
})

test.run()
