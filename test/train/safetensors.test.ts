import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeSafeTensors, encodeSafeTensors } from '../../src-ts/train/safetensors.ts'

const test = suite('safetensors')
/** Names as weights have them; any text beside them. */
const name = fc.stringMatching(/^[a-z][a-z0-9/-]{0,20}$/)
const file = fc.record({
  metadata: fc.dictionary(name, fc.string()),
  tensors: fc.dictionary(name, fc.float32Array({ maxLength: 20 })).map(entries => new Map(Object.entries(entries))),
})
/** Bit patterns, since NaN has several and equals nothing. */
const bits = (tensors: ReadonlyMap<string, Float32Array>) =>
  [...tensors].map(([tensor, x]) => [tensor, Buffer.from(x.buffer, x.byteOffset, x.byteLength).toString('hex')])

test('what is written is read', () => {
  fc.assert(
    fc.property(file, content => {
      const { metadata, tensors } = decodeSafeTensors(encodeSafeTensors(content))
      assert.equal({ ...metadata }, { ...content.metadata })
      assert.equal(bits(tensors), bits(content.tensors))
    }),
  )
})

test('the layout is the published one', () => {
  const bytes = encodeSafeTensors({ metadata: { a: 'b' }, tensors: new Map([['w', Float32Array.of(1, -2)]]) })
  const header = Number(Buffer.from(bytes).readBigUInt64LE())
  assert.is(header % 8, 0)
  assert.equal(JSON.parse(Buffer.from(bytes).toString('utf8', 8, 8 + header)), {
    __metadata__: { a: 'b' },
    w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
  })
  assert.is(Buffer.from(bytes).toString('hex', 8 + header), '0000803f000000c0')
})

test('a file cut anywhere is an error, never a smaller model', () => {
  const bytes = encodeSafeTensors({
    metadata: { a: 'b' },
    tensors: new Map([
      ['v', Float32Array.of(1, 2)],
      ['w', Float32Array.of(3)],
    ]),
  })
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeSafeTensors(bytes.subarray(0, length)), undefined, `${length} bytes`)
  }
})

test.run()
