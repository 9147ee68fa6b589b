import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { foreignFolder, foreignModel } from '../../src-ts/tflite/foreign.ts'
import { readTflite } from '../../src-ts/tflite/index.ts'
import { runHolter } from '../helpers/holter-process.ts'

const test = suite('models of other kinds')
const dir = mkdtempSync(join(tmpdir(), 'holter-foreign-'))

/** A zip's first entry, as far as its name, and what stands behind it. */
const zip = (name: string, rest = '') =>
  Buffer.concat([
    Buffer.from('PK\x03\x04'),
    Buffer.alloc(22),
    Buffer.from([name.length, 0, 0, 0]),
    Buffer.from(name + rest),
  ])

const files: [name: string, bytes: Buffer, what: RegExp, hint: RegExp][] = [
  ['x.keras', zip('metadata.json'), /Keras model/, /^Type holter import x\.keras --calibrate X\.npy --out x\.tflite$/],
  ['renamed', zip('metadata.json', 'model.weights.h5'), /Keras model/, /^Type holter import renamed /],
  ['x.h5', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), /Keras model \(HDF5\)/, /^Type holter import x\.h5 /],
  ['x.onnx', Buffer.from([8, 8, 0x22, 0, 0x3a, 1, 2, 3]), /ONNX/, /^Type holter import x\.onnx .* --out x\.tflite$/],
  ['m/saved_model.pb', Buffer.from('12345678'), /SavedModel/, /^Type holter import m --calibrate/],
  ['frozen.pb', Buffer.from('12345678'), /frozen graph/, /^Save the model again/],
  ['x.pt', zip('x/data.pkl'), /PyTorch/, /torch\.onnx\.export.*holter import model\.onnx/],
  ['old.pth', Buffer.from('\x80\x02\x8a\x0al\xfc\x9cF', 'latin1'), /pickle/, /torch\.onnx\.export/],
  ['x.zip', zip('a.txt'), /zip archive that begins with "a\.txt"/, /Unzip/],
]

for (const [name, bytes, what, hint] of files) {
  test(`${name} is recognized, and the reader of .tflite files says what to type`, () => {
    const found = foreignModel(bytes, name)!
    assert.match(found.what, what)
    assert.match(found.hint, hint)
    assert.throws(() => readTflite(bytes, name), /this is an? .*, not a \.tflite file|this is a part/)
  })
}

test('folders', () => {
  assert.is(foreignFolder(dir), undefined)
  mkdirSync(join(dir, 'saved'))
  writeFileSync(join(dir, 'saved', 'saved_model.pb'), 'anything')
  assert.is(foreignFolder(join(dir, 'saved'))?.kind, 'saved-model')
  mkdirSync(join(dir, 'float'))
  writeFileSync(join(dir, 'float', 'model.json'), '{}')
  assert.match(foreignFolder(join(dir, 'float'))!.hint, /^Type holter quantize /)
})

test('bytes of any kind are looked at without a fault', () => {
  const starts = fc.constantFrom('', 'PK\x03\x04', '\x89HDF', '\x80\x02', '\x08')
  const names = fc.constantFrom('x.keras', 'x.h5', 'x.onnx', 'saved_model.pb', 'x.pb', 'x.pt', 'x', 'x.tflite')
  fc.assert(
    fc.property(starts, fc.uint8Array({ maxLength: 80 }), names, (start, rest, name) => {
      const found = foreignModel(Buffer.concat([Buffer.from(start, 'latin1'), rest]), name)
      assert.ok(found === undefined || (found.what && found.hint))
    }),
  )
})

test('inspect and import say in one line what a file is and what to type', () => {
  const path = join(dir, 'x.keras')
  writeFileSync(path, zip('metadata.json'))
  const { status, stderr } = runHolter(['inspect', path])
  assert.is(status, 1)
  assert.match(stderr, /^\[tflite\] .*x\.keras: this is a Keras model, not a \.tflite file\. Type holter import .*\n$/)
  writeFileSync(join(dir, 'x.pt'), zip('x/data.pkl'))
  const pytorch = runHolter(['import', join(dir, 'x.pt'), '--calibrate', 'X.npy', '--out', join(dir, 'x.tflite')])
  assert.match(pytorch.stderr, /this is a PyTorch model, which is not imported\. Write it as ONNX/)
})

test.run()
