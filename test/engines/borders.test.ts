import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import { filePorts, fromFile, toFile } from '../../src-ts/engines/borders.ts'
import { inputRows } from '../../src-ts/engines/input.ts'
import { runnable } from '../../src-ts/engines/model.ts'
import { compareEngines, probeInputs } from '../../src-ts/engines/parity.ts'
import { runTfliteMicro, tfliteMicro } from '../../src-ts/engines/tflite-micro.ts'
import { type IntGraph, toBytes } from '../../src-ts/ir/graph.ts'
import { random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { hostSentence } from '../../src-ts/report/ports.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { randomInt16Network, randomNetwork } from '../../tools/random-networks/random-network.ts'
import { borderedFile, type FileType } from '../helpers/bordered-file.ts'
import { skip } from '../helpers/environment.ts'

const suiteName = 'engines/borders'
const test = suite(suiteName)

/** x (int8) and w (int16) → x as int16 → x + w, and x again: two inputs, two outputs, of both widths. */
const mixed: IntGraph = {
  name: 'mixed',
  tensors: [
    { name: 'x', shape: [1, 5], type: 'int8', quantization: { scale: [0.037], zeroPoint: [-9], axis: 0 } },
    { name: 'w', shape: [1, 5], type: 'int16', quantization: { scale: [0.0001], zeroPoint: [0], axis: 0 } },
    { name: 'wide', shape: [1, 5], type: 'int16', quantization: { scale: [0.00013], zeroPoint: [0], axis: 0 } },
    { name: 'sum', shape: [1, 5], type: 'int16', quantization: { scale: [0.0002], zeroPoint: [0], axis: 0 } },
    { name: 'smooth', shape: [1, 5], type: 'int8', quantization: { scale: [1 / 256], zeroPoint: [-128], axis: 0 } },
  ].map(t => ({ ...t, quantization: { ...t.quantization, scale: t.quantization.scale.map(Math.fround) } })) as never,
  nodes: [
    { name: 'wide', op: 'quantize', attrs: {}, inputs: [0], outputs: [2] },
    { name: 'sum', op: 'add', attrs: { activation: 'none' }, inputs: [2, 1], outputs: [3] },
    { name: 'smooth', op: 'logistic', attrs: {}, inputs: [0], outputs: [4] },
  ],
  inputs: [0, 1],
  outputs: [3, 4],
}

const kinds: readonly FileType[] = ['own', 'float32', 'uint8']
const readMixed = (...types: FileType[]) => readTflite(borderedFile(mixed, types), 'mixed.tflite')

test('a file with other types at its borders is the network behind them, and the graph says so of each', () => {
  const { warnings, borders, ...graph } = readMixed('uint8', 'float32', 'float32', 'own')
  const own = readMixed('own', 'own', 'own', 'own')
  assert.equal(own.borders, undefined)
  assert.equal(graph.nodes.length, own.nodes.length)
  assert.equal(
    [...borders!.inputs, ...borders!.outputs].map(border => border && [border.name, border.type]),
    [['input 0', 'uint8'], ['input 1', 'float32'], ['output 0', 'float32'], undefined],
  )
  assert.equal(borders!.inputs[0]!.quantization!.zeroPoint, [119])
  assert.equal(warnings!.length, 3)
})

test('every integer of a border has one value in the file, and comes back', () => {
  const graph: IntGraph = { ...readMixed('uint8', 'float32', 'float32', 'uint8'), outputs: [] }
  const turned = { ...graph, outputs: graph.inputs, borders: { inputs: [], outputs: graph.borders!.inputs } }
  const count = 4
  const rows = probeInputs({ graph } as never, count)
  const there = toFile(graph, rows, count)
  assert.is(there.length, count * filePorts(graph, 'inputs').reduce((sum, port) => sum + port.bytes, 0))
  assert.equal(fromFile(turned, there, count), rows)
  const odd = toFile(graph, rows, 1)
  odd.set(toBytes(Float32Array.of(0.00012345)), 5)
  assert.throws(() => fromFile(turned, odd, 1), /output "w" has a value at 0 that DEQUANTIZE cannot give/)
})

test('arrays of uint8 go in where the file takes them', () => {
  const npy = { shape: [1, 5], data: Uint8Array.of(0, 1, 127, 128, 255) }
  assert.equal([...inputRows(readMixed('uint8', 'own', 'own', 'own'), npy, 'x').rows], [-128, -127, -1, 0, 127])
  assert.throws(() => inputRows(readMixed('own', 'own', 'own', 'own'), npy, 'x'), /wrong type \(got Uint8Array/)
})

test('compile says in one line what is left to the host, and the manifest and header have it', async () => {
  const build = await runnable(borderedFile(mixed, ['uint8', 'own', 'float32', 'uint8']), 'mixed.tflite').build(
    'scalar',
  )
  assert.equal(build.manifest.inputs[0].file, {
    name: 'input 0',
    type: 'uint8',
    scale: Math.fround(0.037),
    zeroPoint: 119,
  })
  assert.is(build.manifest.inputs[1].file, undefined)
  assert.equal(build.manifest.outputs[0].file, { name: 'output 0', type: 'float32' })
  assert.is(
    hostSentence(build.manifest),
    'Left to the host: QUANTIZE of input "input 0" (uint8 u in the file, the module reads int8 q: q = u - 128, real = (q + 9) * 0.037); ' +
      'DEQUANTIZE of output "output 0" (float32 in the file, the module writes int16 q: real = q * 0.0002); ' +
      'QUANTIZE of output "output 1" (uint8 u in the file, the module writes int8 q: q = u - 128, real = (q + 128) * 0.00390625)',
  )
})

if (tfliteMicro.missing()) skip(suiteName, 'files in tflite-micro', tfliteMicro.missing()!)
else {
  test('every mix of types gives the bytes of tflite-micro, which runs the whole file', async () => {
    for (const x of kinds) {
      for (const w of kinds.slice(0, 2)) {
        for (const y of kinds) {
          const model = runnable(borderedFile(mixed, [x, w, y, x]), `${x} ${w} ${y}`)
          const rows = await compareEngines(model, [tfliteMicro], probeInputs(model, 8), 8)
          assert.equal(
            rows.map(row => row.differing),
            [0],
            model.graph.name,
          )
        }
      }
    }
  })

  test('random networks with random borders give the bytes of tflite-micro', async () => {
    const jobs = Array.from({ length: 60 }, (_, seed) => {
      const graph = seed % 3 ? randomNetwork(seed) : randomInt16Network(seed)
      const stream = random(seed, 5)
      const types = [...graph.inputs, ...graph.outputs].map(() => kinds[stream.integer(3)])
      const tflite = borderedFile(graph, types)
      const read = readTflite(tflite, `seed ${seed}`)
      const count = 3
      const inputs = Int8Array.from({ length: count * rowBytes(read, read.inputs) }, () => stream.integer(256))
      return { graph: read, tflite, inputs, count }
    })
    const results = await runTfliteMicro(jobs)
    for (const [i, { graph, inputs, count }] of jobs.entries()) {
      assert.equal(results[i], rowRunner(graph)(inputs, count), `seed ${i}`)
    }
  })
}

test.run()
