import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { writeNpy } from '../../src-ts/npy.ts'
import { conv2d } from '../../src-ts/ops/conv2d.ts'
import { writeTflite } from '../../src-ts/tflite/index.ts'
import { graphOf as caseGraph } from '../helpers/one-node.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'holter-commands-'))
const model = join(dir, 'model.tflite')
const graph = caseGraph('conv2d', conv2d.cases()[0])
writeFileSync(model, writeTflite(graph))
writeFileSync(join(dir, 'plain'), 'a regular file')
writeFileSync(join(dir, 'text.tflite'), 'this is text, and long enough to hold a header')
writeFileSync(join(dir, 'wrong.npy'), writeNpy({ shape: [2, 7], data: new Int8Array(14) }))
writeFileSync(join(dir, 'nan.npy'), writeNpy({ shape: [1, 40], data: new Float32Array(40).fill(Number.NaN) }))
writeFileSync(join(dir, 'good.npy'), writeNpy({ shape: [3, 40], data: new Int8Array(120) }))

interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line as a user does; `before` is shell text such as a ulimit. */
function holter(args: readonly string[], before = ''): Outcome {
  const command = `${before} exec "$0" tools/holter.mjs "$@"`
  const { ECG_DATA_DIR: _, ...env } = process.env
  return spawnSync('bash', ['-c', command, process.execPath, ...args], { cwd: root, encoding: 'utf8', env })
}

/** One clear line on stderr, the exit code, no stack. */
function refused({ status, stderr, stdout }: Outcome, expected: RegExp, code = 1): void {
  assert.is(status, code, stderr + stdout)
  assert.match(stderr, expected)
  assert.not.match(stderr, /\n\s+at |node:internal|fault of Holter/)
  assert.is(stdout, '')
}

const test = suite('bad input on the command line')

test('no such model, in every command that takes one', () => {
  const input = ['--input', join(dir, 'good.npy'), '--output', join(dir, 'y.npy')]
  for (const args of [['verify'], ['inspect'], ['evaluate'], ['compile', '--out', join(dir, 'o')], ['run', ...input]]) {
    const [command, ...rest] = args
    refused(
      holter([command, join(dir, 'absent.tflite'), ...rest]),
      /^\[file\] .*absent\.tflite: cannot be read: it does not exist\. .*\n$/,
    )
  }
})

test('evaluate takes folders of float models, too, and says so', () => {
  const hint =
    /absent: cannot be read: it does not exist\. Give the path of an int8 \.tflite file, or the folder of a float/
  refused(holter(['evaluate', join(dir, 'absent')]), hint)
  refused(holter(['evaluate', 'models/ecg-tiny.tflite', '--against', join(dir, 'absent')]), hint)
})

test('a file that is no flatbuffer', () => {
  refused(holter(['verify', join(dir, 'text.tflite')]), /^\[tflite\] .*text\.tflite.*\n$/)
})

test('a .npy of the wrong shape, a missing one, one with NaN: nothing is written', () => {
  const out = join(dir, 'y.npy')
  const run = (name: string) =>
    holter(['run', model, '--engine', 'reference', '--input', join(dir, name), '--output', out])
  refused(run('wrong.npy'), /wrong\.npy: the array has the wrong shape \(got \(2, 7\), expected \(n, 1, 5, 8\)\)/)
  refused(run('absent.npy'), /absent\.npy: cannot be read: it does not exist/)
  refused(run('nan.npy'), /nan\.npy: value 0 of row 0 is not a finite number/)
  assert.not(existsSync(out))
  assert.is(run('good.npy').status, 0)
  assert.ok(existsSync(out))
})

test('--out under a regular file', () => {
  refused(
    holter(['compile', model, '--out', join(dir, 'plain/kernels')]),
    /plain\/kernels.*a part of the path is a file/,
  )
  refused(holter(['train', 'gap-cnn', '--out', join(dir, 'plain')]), /plain: it is a file, not a folder/)
})

test('a full disk: one line, nothing half-written', () => {
  const out = join(dir, 'full')
  refused(
    holter(['compile', model, '--out', out], 'ulimit -f 1;'),
    /cannot be written: it would be larger than the file size limit/,
  )
  const left = existsSync(out) ? readdirSync(out, { recursive: true }) : []
  assert.equal(
    left.filter(name => String(name).endsWith('.part') || String(name).endsWith('.wasm')),
    [],
  )
})

test('unknown names get a suggestion, and exit 2', () => {
  refused(holter(['train', 'gap-cn', '--out', join(dir, 'o')]), /gap-cn: no such network .* Did you mean gap-cnn/, 2)
  refused(holter(['run', model, '--engine', 'wasmtimes', '--input', 'x', '--output', 'y']), /Did you mean wasmtime/, 2)
  refused(holter(['verfy', model]), /unknown command 'verfy'[\s\S]*Did you mean verify/, 2)
  refused(holter(['verify', model, '--inputs', 'many']), /must be a whole number/, 2)
})

test('auxiliary labels that the records do not have', () => {
  const { status, stderr } = holter(['train', 'ecg-tiny', '--auxiliary', '1', '--out', join(dir, 'o')])
  assert.is(status, 2, stderr)
  assert.match(stderr, /--auxiliary: the records of synthetic have no labels beside those of the task\. Leave it out/)
})

test('a damaged module, and one made from another network', () => {
  writeFileSync(join(dir, 'cut.wasm'), Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 99))
  refused(holter(['verify', model, '--module', join(dir, 'cut.wasm')]), /cut\.wasm: is no valid WebAssembly module/)
  const other = join(dir, 'other.tflite')
  writeFileSync(other, writeTflite(caseGraph('conv2d', conv2d.cases()[1])))
  assert.is(holter(['compile', other, '--flavour', 'simd', '--out', dir]).status, 0)
  refused(
    holter(['verify', model, '--module', join(dir, 'other.simd.wasm')]),
    /the module was made from another network/,
  )
})

test('a folder without data, an ECG_DATA_DIR that is not there', () => {
  refused(
    holter(['train', 'gap-cnn', '--data', dir, '--out', join(dir, 'o')]),
    /the folder holds no data for ptbxl-superclass/,
  )
  const { status, stderr } = holter(['evaluate', 'models/gap-cnn.tflite'], 'export ECG_DATA_DIR=/no/such/folder;')
  assert.is(status, 1)
  assert.match(stderr, /ECG_DATA_DIR \/no\/such\/folder: the folder does not exist/)
})

test.after(() => rmSync(dir, { recursive: true }))
test.run()
