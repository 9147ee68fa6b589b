import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { leastBytes, sampleFormats, samplesIn, wholeBytes } from '../../../src-ts/ecg/formats/wfdb-formats.ts'
import { encode } from '../../helpers/wfdb-files.ts'

const test = suite('ecg/formats/wfdb-formats')

/** Decodes as the reader does: into whole blocks, the cut part of the last one zero; from an odd address gives the same. */
function decode(code: number, bytes: readonly number[], count: number): number[] {
  const format = sampleFormats.get(code)!
  const [even, odd] = [0, 1].map(offset => {
    const whole = new Uint8Array(offset + wholeBytes(format, count)).subarray(offset)
    whole.set(bytes)
    const samples = new Int32Array((whole.length / format.bytesPerBlock) * format.samplesPerBlock)
    format.decode(whole, samples)
    return [...samples.subarray(0, count)]
  })
  assert.equal(odd, even)
  return even
}

const BITS: Readonly<Record<number, number>> = {
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

for (const [code, format] of sampleFormats) {
  if (code === 8 || format.flacBits !== undefined) continue
  const [least, most] = [-(2 ** (BITS[code] - 1)), 2 ** (BITS[code] - 1) - 1]

  test(`format ${code}: what is encoded is decoded, whatever the length`, () => {
    const corners = [least, least + 1, -1, 0, 1, most - 1, most]
    assert.equal(decode(code, encode(code, corners), corners.length), corners)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: least, max: most }), { maxLength: 40 }), samples => {
        const bytes = encode(code, samples)
        assert.is(bytes.length, leastBytes(format, samples.length))
        assert.equal(decode(code, bytes, samples.length), samples)
        // The bytes alone do not always tell how much of the last block is in use: two samples of 310 take all of it.
        const spare = samplesIn(format, bytes.length) - samples.length
        assert.ok(spare >= 0 && spare < format.samplesPerBlock)
      }),
      { numRuns: 200 },
    )
  })

  test(`format ${code}: the invalid sample is the most negative one`, () => assert.is(format.invalid, least))
}

test('format 8 holds signed differences', () => {
  assert.equal(decode(8, [0, 1, 127, 128, 255], 5), [0, 1, 127, -128, -1])
})

test('bytes of a cut last block', () => {
  const [f212, f310, f311] = [212, 310, 311].map(code => sampleFormats.get(code)!)
  assert.equal(
    [0, 1, 2, 3].map(n => leastBytes(f212, n)),
    [0, 2, 3, 5],
  )
  assert.equal(
    [0, 1, 2, 3, 4].map(n => leastBytes(f310, n)),
    [0, 2, 4, 4, 6],
  )
  assert.equal(
    [0, 1, 2, 3, 4].map(n => leastBytes(f311, n)),
    [0, 2, 3, 4, 6],
  )
  assert.equal(
    [0, 1, 2, 3, 4].map(n => wholeBytes(f311, n)),
    [0, 4, 4, 4, 8],
  )
})

test.run()
