import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../src-ts/errors.ts'
import { readNpy, writeNpy } from '../src-ts/npy.ts'
import { python, skip } from './helpers/environment.ts'

const test = suite('npy')

test('reading what was written is the identity', () => {
  const arrays = [
    Int8Array.of(-128, 0, 127, 1, 2, 3),
    Float32Array.of(1.5, -2, 0, 3, 4, 5),
    Float64Array.of(1, 2, 3, 4, 5, 6),
    Int32Array.of(1, 2, 3, 4, 5, 6),
  ]
  for (const data of arrays)
    for (const shape of [[6], [2, 3], [1, 6, 1]])
      assert.equal(readNpy(writeNpy({ shape, data }), 'x.npy'), { shape, data })
})

test('a mutated or cut file is a clear error or an array, never anything else', () => {
  const whole = writeNpy({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) })
  fc.assert(
    fc.property(
      fc.nat(whole.length),
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }),
      (cut, flips) => {
        const bytes = Uint8Array.from(whole.subarray(0, cut))
        for (const [at, value] of flips) if (at < bytes.length) bytes[at] = value
        try {
          const { shape, data } = readNpy(bytes, 'x.npy')
          assert.is(
            data.length,
            shape.reduce((a, b) => a * b, 1),
          )
        } catch (error) {
          assert.instance(error, HolterError)
          assert.match((error as Error).message, 'x.npy')
        }
      },
    ),
    { numRuns: 2000 },
  )
})

test('a zipped and a complex array are refused by name, with what to do', () => {
  const text = (header: string) =>
    Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), Buffer.from([header.length, 0]), Buffer.from(header)])
  assert.throws(() => readNpy(Buffer.from('PK\x03\x04 and more'), 'a.npz'), /a\.npz: is no \.npy file/)
  assert.throws(
    () => readNpy(text("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }"), 'a.npy'),
    /unsupported type \(got <c8, .*Convert it: numpy\.save\(path, array\.astype\('float32'\)\)\.$/,
  )
})

const program = python()
if (program) {
  test('numpy reads what we write, and we read what it writes', () => {
    const script =
      'import sys,io,numpy as n;a=n.load(io.BytesIO(sys.stdin.buffer.read()));b=io.BytesIO();n.save(b,a*2);sys.stdout.buffer.write(b.getvalue())'
    const doubled = execFileSync(program, ['-c', script], {
      input: writeNpy({ shape: [3, 1], data: Float32Array.of(1, 2, 3) }),
    })
    assert.equal(readNpy(doubled, 'numpy'), { shape: [3, 1], data: Float32Array.of(2, 4, 6) })
  })
  test('float16 and Fortran order are read as numpy means them', () => {
    const save = (array: string) =>
      execFileSync(program, [
        '-c',
        `import sys,io,numpy as n;b=io.BytesIO();n.save(b,${array});sys.stdout.buffer.write(b.getvalue())`,
      ])
    const halves = "n.array([0,-0.0,1,-2.5,65504,6e-8,n.inf,-n.inf],'f2')"
    const { data } = readNpy(save(halves), 'half')
    assert.equal(data, readNpy(save(`${halves}.astype('f4')`), 'single').data)
    assert.ok(Number.isNaN(readNpy(save("n.array([n.nan],'f2')"), 'half').data[0]))
    for (const shape of ['(2,3,4)', '(5,1)', '(7,)', '(0,3)']) {
      const array = `n.arange(n.prod(${shape}),dtype='i2').reshape(${shape})`
      assert.equal(readNpy(save(`n.asfortranarray(${array})`), 'f'), readNpy(save(array), 'c'))
    }
  })
} else skip('npy', 'numpy reads what we write', 'no Python environment: npm run setup')

test.run()
