import * as fc from 'fast-check'
import { encode } from 'fast-png'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeDrawing, encodePng, isPng } from '../../../src-ts/ecg/paper/png.ts'
import { HolterError } from '../../../src-ts/errors.ts'

const test = suite('PNGs of drawings')
const SIZE = 256 * 182
const levels = Uint8Array.from({ length: SIZE }, (_, i) => (i * i) >> 7)
const png = encodePng(levels, 256, 182)

test('what was drawn is read again', () => {
  assert.ok(isPng(png))
  assert.equal(decodeDrawing(png, 'a.png'), levels)
})

test('other images are refused, and it is said why', () => {
  const image = (channels: number, depth: 8 | 16 = 8, width = 256) =>
    encode({
      width,
      height: 182,
      channels,
      depth,
      data: depth === 8 ? new Uint8Array(width * 182 * channels) : new Uint16Array(width * 182 * channels),
    })
  const refusals: [Uint8Array, RegExp][] = [
    [
      image(1, 8, 255),
      /a\.png: the drawing has another size \(got 255 × 182, expected 256 × 182\)\. Draw the record by/,
    ],
    [image(2), /got grey with an alpha channel, 8 bits, expected grey, 8 bits/],
    [image(3), /got colours, 8 bits/],
    [image(4), /got colours with an alpha channel, 8 bits/],
    [image(1, 16), /got grey, 16 bits/],
    [Buffer.from('%PDF-1.7 and more'), /this is not a PNG/],
    [new Uint8Array(), /this is not a PNG/],
    [png.subarray(0, 20), /the PNG is cut off\./],
    [png.subarray(0, png.length - 200), /the PNG is cut off or damaged/],
    [Buffer.concat([png, new Uint8Array(1 << 20)]), /the PNG is too long for its size/],
  ]
  for (const [bytes, message] of refusals) assert.throws(() => decodeDrawing(bytes, 'a.png'), message)
})

test('no damage gives anything but levels or one clear sentence', () => {
  const change = fc.record({ at: fc.nat(png.length - 1), to: fc.nat(255) })
  const damage = fc.record({ changes: fc.array(change, { maxLength: 4 }), end: fc.nat(png.length), from: fc.nat(60) })
  fc.assert(
    fc.property(damage, ({ changes, end, from }) => {
      const bytes = png.slice()
      for (const { at, to } of changes) bytes[at] = to
      for (const each of [bytes, bytes.slice(0, end), Buffer.concat([bytes.slice(0, end), bytes.slice(from)])]) {
        try {
          assert.is(decodeDrawing(each, 'a.png').length, SIZE)
        } catch (error) {
          assert.ok(error instanceof HolterError, `${error}`)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test.run()
