import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { readNpy, writeNpy } from '../../src-ts/npy.ts'
import { referenceRunner } from '../../src-ts/reference/run.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'

const test = suite('holter run')
const holter = fileURLToPath(new URL('../../tools/holter.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'holter-run-'))
const file = (name: string) => join(folder, name)
test.after(() => rmSync(folder, { recursive: true }))

/** Two inputs, [1, 6] and [1, 3]; their concatenation and its largest place (int32) are the outputs. */
function twoByTwo(): IntGraph {
  const quantization = { scale: [0.5], zeroPoint: [3], axis: 0 }
  const int8 = (name: string, shape: number[]) => ({ name, shape, type: 'int8' as const, quantization })
  return {
    name: 'two by two',
    tensors: [
      int8('left', [1, 6]),
      int8('right', [1, 3]),
      int8('both', [1, 9]),
      { name: 'axis', shape: [], type: 'int32', data: Int32Array.of(1) },
      { name: 'place', shape: [1], type: 'int32' },
    ],
    nodes: [
      { name: 'both', op: 'concatenation', attrs: { axis: 1, activation: 'none' }, inputs: [0, 1], outputs: [2] },
      { name: 'place', op: 'argMax', attrs: { outputType: 2 }, inputs: [2, 3], outputs: [4] },
    ],
    inputs: [0, 1],
    outputs: [2, 4],
  }
}

const rows = 4
const left = Int8Array.from({ length: rows * 6 }, (_, i) => (i * 37) % 101)
const right = Int8Array.from({ length: rows * 3 }, (_, i) => (i * 53) % 120)
writeFileSync(file('model.tflite'), writeTflite(twoByTwo()))
writeFileSync(file('left.npy'), writeNpy({ shape: [rows, 6], data: left }))
writeFileSync(file('right.npy'), writeNpy({ shape: [rows, 3], data: right }))
const command = (...inputs: string[]) => [
  holter,
  'run',
  file('model.tflite'),
  ...inputs.flatMap(name => ['--input', file(name)]),
]

test('several inputs and outputs: one file for each', () => {
  for (const engine of ['reference', 'node']) {
    const out = file(`${engine}.npy`)
    execFileSync(process.execPath, [...command('left.npy', 'right.npy'), '--engine', engine, '--output', out], {
      stdio: 'pipe',
    })
    const both = readNpy(readFileSync(out), out)
    const place = readNpy(readFileSync(file(`${engine}.1.npy`)), out)
    assert.equal([both.shape, place.shape], [[rows, 9], [rows]])
    const run = referenceRunner(twoByTwo())
    for (let row = 0; row < rows; row++) {
      const [joined, best] = run([left.subarray(row * 6, row * 6 + 6), right.subarray(row * 3, row * 3 + 3)])
      assert.equal([...both.data.subarray(row * 9, row * 9 + 9)], [...(joined as Int8Array)])
      assert.is(place.data[row], Number(best[0]))
    }
  }
})

test('counts of a converter give what the same millivolts give, and need a model of millivolts', () => {
  const tiny = fileURLToPath(new URL('../../models/ecg-tiny.tflite', import.meta.url))
  const counts = Int16Array.from({ length: 12_000 }, (_, i) => Math.round(1500 * Math.sin(i / 40)))
  writeFileSync(file('counts.npy'), writeNpy({ shape: [1, 1000, 12], data: counts }))
  writeFileSync(
    file('millivolts.npy'),
    writeNpy({ shape: [1, 1000, 12], data: Float64Array.from(counts, c => (c - 8) / 1000) }),
  )
  const run = (model: string, input: string, ...options: string[]) => {
    const args = [holter, 'run', model, '--engine', 'reference', '--input', file(input), '--output', file('y.npy')]
    return spawnSync(process.execPath, [...args, ...options], { encoding: 'utf8' })
  }
  assert.is(run(tiny, 'millivolts.npy').status, 0)
  const expected = readFileSync(file('y.npy'))
  assert.is(run(tiny, 'counts.npy', '--adc', '1000,8').status, 0)
  assert.ok(readFileSync(file('y.npy')).equals(expected))
  assert.match(run(tiny, 'millivolts.npy', '--adc', '1000,8').stderr, /counts of a converter are integers/)
  assert.match(run(tiny, 'counts.npy', '--adc', '1000').stderr, /a gain above 0 and a whole baseline/)
  const foreign = spawnSync(
    process.execPath,
    [...command('left.npy', 'right.npy'), '--adc', '200,0', '--output', file('none.npy')],
    { encoding: 'utf8' },
  )
  assert.match(foreign.stderr, /go into a model of millivolts/)
})

test('a missing input is one clear line, and nothing is written', () => {
  const before = readdirSync(folder)
  const { status, stderr } = spawnSync(process.execPath, [...command('left.npy'), '--output', file('none.npy')], {
    encoding: 'utf8',
  })
  assert.is(status, 1)
  assert.match(
    stderr,
    /wrong number of inputs for this model \(got 1, expected 2\)\. Give --input once for each of "left"/,
  )
  assert.equal(readdirSync(folder), before)
})

test.run()
