import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import type { Metadata } from '../../src-ts/ir/metadata.ts'
import { readNpy, writeNpy } from '../../src-ts/npy.ts'
import { referenceRunner } from '../../src-ts/reference/run.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { withInt16 } from '../../tools/random-networks/int16-network.ts'
import { tinyNetwork } from '../helpers/tiny-network.ts'

const test = suite('16×8 models in the commands')
const root = fileURLToPath(new URL('../../', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'holter-int16-'))
const file = (name: string) => join(dir, name)
test.after(() => rmSync(dir, { recursive: true }))

const holter = (...args: string[]) =>
  spawnSync(process.execPath, ['tools/holter.mjs', ...args], { cwd: root, encoding: 'utf8' })
function succeeds(...args: string[]): string {
  const { status, stdout, stderr } = holter(...args)
  assert.is(status, 0, stderr)
  return stdout
}

const metadata: Metadata = {
  version: 1,
  task: 'other',
  labels: ['a', 'b', 'c'],
  leads: ['I', 'II'],
  sampleRateHz: 100,
  samples: 8,
  kind: 'multi-label',
  unit: 'mV',
  mean: 0.5,
  deviation: 2,
  thresholds: [0.5, 0.75, 1],
  rounding: 'tflm-double',
  provenance: {},
}
const { tensors, ...rest } = tinyNetwork()
const rounded = tensors.map(({ quantization: q, ...t }) => ({
  ...t,
  ...(q && { quantization: { ...q, scale: q.scale.map(Math.fround) } }),
}))
const graph: IntGraph = { ...withInt16({ ...rest, tensors: rounded }), metadata }
const rows = 3
const input = Int16Array.from({ length: rows * 16 }, (_, i) => ((i * 7919) % 65536) - 32768)
const inputScale = graph.tensors[graph.inputs[0]].quantization!.scale[0]
writeFileSync(file('model.tflite'), writeTflite(graph))
writeFileSync(file('x.npy'), writeNpy({ shape: [rows, 8, 2], data: input }))
const run = (x: string, y: string, ...options: string[]) =>
  holter('run', file('model.tflite'), '--input', file(x), '--output', file(y), ...options)
const values = (y: string) => readNpy(readFileSync(file(y)), y)

const expected = Array.from({ length: rows }, (_, row) => [
  ...(referenceRunner(readTflite(writeTflite(graph), 'model'))([
    input.slice(row * 16, row * 16 + 16),
  ])[0] as Int16Array),
]).flat()

test('run: int16 arrays go in and come out as they are', () => {
  assert.is(run('x.npy', 'y.npy', '--engine', 'node').status, 0)
  const { data, shape } = values('y.npy')
  assert.instance(data, Int16Array)
  assert.equal([[...data], shape], [expected, [rows, 3]])
})

test('run: millivolts are standardized and quantized to int16, and --real gives real values', () => {
  // Values in the middle of their steps: float32 noise of the way back cannot move them over an edge.
  const millivolts = Float32Array.from(input, q => q * inputScale * metadata.deviation + metadata.mean)
  writeFileSync(file('mv.npy'), writeNpy({ shape: [rows, 8, 2], data: millivolts }))
  assert.is(run('mv.npy', 'real.npy', '--real').status, 0)
  const { scale } = graph.tensors[graph.outputs[0]].quantization!
  const { data } = values('real.npy')
  assert.instance(data, Float32Array)
  assert.equal(
    [...data],
    expected.map(q => Math.fround(scale[0] * q)),
  )
})

test('run: int8 arrays do not fit', () => {
  writeFileSync(file('narrow.npy'), writeNpy({ shape: [rows, 8, 2], data: new Int8Array(input.length) }))
  const { status, stderr } = run('narrow.npy', 'none.npy')
  assert.is(status, 1)
  assert.match(stderr, /the array has the wrong type \(got Int8Array, expected int16 or float\)/)
  assert.not(readdirSync(dir).includes('none.npy'))
})

test('compile: manifest and header say int16, thresholds are its values', () => {
  succeeds('compile', file('model.tflite'), '--out', file('out'))
  const manifest = JSON.parse(readFileSync(join(file('out'), 'manifest.json'), 'utf8'))
  const port = ({ type, bytes }: { type: string; bytes: number }) => [type, bytes]
  assert.equal(
    [port(manifest.inputs[0]), port(manifest.outputs[0])],
    [
      ['int16', 32],
      ['int16', 6],
    ],
  )
  assert.is(manifest.probabilities, undefined)
  const header = readFileSync(join(file('out'), 'model.h'), 'utf8')
  const { scale } = graph.tensors[graph.outputs[0]].quantization!
  // sigmoid(q · scale) reaches 0.5 at 0, 0.75 at ln 3 and 1, in six digits, never at this scale.
  assert.match(
    header,
    new RegExp(`static const int16_t model_thresholds\\[\\] = \\{0, ${Math.ceil(Math.log(3) / scale[0])}, `),
  )
  assert.match(header, /static inline int16_t model_input\(double value\)/)
})

test('inspect and verify --layers know it', () => {
  const report = JSON.parse(succeeds('inspect', file('model.tflite'), '--json'))
  assert.is(report.parameters, 24 + 4 + 8 + 2 + 72 + 3)
  for (const { outputShape, outputBytes } of report.layers)
    assert.is(outputBytes, 2 * outputShape.reduce((size: number, n: number) => size * n, 1))
  const layers = JSON.parse(succeeds('verify', file('model.tflite'), '--layers', '--inputs', '8', '--json'))
  for (const row of layers) assert.is(row.differing, 0, row.engine)
})

test.run()
