import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { IntGraph, IntTensor } from '../../src-ts/ir/graph.ts'
import type { Metadata } from '../../src-ts/ir/metadata.ts'
import { ops } from '../../src-ts/ops/index.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { graphOf } from '../helpers/one-node.ts'

const test = suite('tflite round trip')

const metadata: Metadata = {
  version: 1,
  task: 'ptbxl-superclass',
  labels: ['CD', 'HYP'],
  leads: ['I', 'II'],
  sampleRateHz: 100,
  samples: 1000,
  kind: 'multi-label',
  unit: 'mV',
  mean: -0.001,
  deviation: 0.23,
  thresholds: [0.1, 0.2],
  rounding: 'tflm-double',
  provenance: { zeta: 1, alpha: { note: 'ÄÖ √ "quoted"' }, list: [1, null, 'x'] },
}

const activation = (name: string): IntTensor => ({
  name,
  shape: [1, 4],
  type: 'int8',
  quantization: { scale: [0.5], zeroPoint: [-3], axis: 0 },
})
const branches: IntGraph = {
  name: 'branches',
  tensors: ['a', 'b', 'sum', 'p', 'unused', 'q'].map(activation),
  nodes: [
    { name: 'sum', op: 'add', attrs: { activation: 'relu6' }, inputs: [0, 1], outputs: [2] },
    { name: 'p', op: 'logistic', attrs: {}, inputs: [2], outputs: [3] },
    { name: 'q', op: 'logistic', attrs: {}, inputs: [0], outputs: [5] },
  ],
  inputs: [1, 0],
  outputs: [3, 5, 2],
}

/** Reading a written graph gives it back, and writing that gives the same bytes. */
function comesBack(graph: IntGraph) {
  const bytes = writeTflite(graph)
  assert.equal(readTflite(bytes, 'other-name.tflite'), graph)
  assert.equal(writeTflite(readTflite(bytes, 'other-name.tflite')), bytes)
}

for (const op of ops) {
  test(`${op.kind}: every case comes back`, () => {
    for (const one of op.cases()) comesBack(graphOf(op.kind, one))
  })
}

test('several inputs and outputs, branches, unused tensors come back', () => comesBack(branches))

test('a chain of many small nodes comes back: it decodes to more than twice its size, as an unrolled recurrent layer does', () => {
  const count = 600
  const tensors = Array.from({ length: count + 1 }, (_, i) => activation(`t${i}`))
  const nodes = tensors
    .slice(1)
    .map(({ name }, i) => ({ name, op: 'logistic', attrs: {}, inputs: [i], outputs: [i + 1] }))
  comesBack({ name: 'chain', tensors, nodes, inputs: [0], outputs: [count] })
})

test('metadata comes back', () => comesBack({ ...branches, metadata }))

test('the order in which fields of the metadata were set does not change the bytes', () => {
  const reversed = Object.fromEntries(Object.entries(metadata).reverse()) as Metadata
  assert.equal(writeTflite({ ...branches, metadata: reversed }), writeTflite({ ...branches, metadata }))
})

test('names of any text come back', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 })
  fc.assert(
    fc.property(fc.array(text, { minLength: 6, maxLength: 6 }), text, (names, name) => {
      const tensors = branches.tensors.map((tensor, i) => ({ ...tensor, name: names[i] }))
      const nodes = branches.nodes.map(node => ({ ...node, name: names[node.outputs[0]] }))
      comesBack({ ...branches, name: name && name !== 'main' ? name : 'network', tensors, nodes })
    }),
    { numRuns: 50 },
  )
})

test('constants of every type come back, at any alignment of the file in memory', () => {
  const data = {
    int8: Int8Array.of(-128, 127, 0),
    uint8: Uint8Array.of(0, 255, 1),
    bool: Uint8Array.of(0, 1, 1),
    int16: Int16Array.of(-32768, 32767, 1),
    int32: Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 1),
    int64: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 1n),
    float32: Float32Array.of(Number.POSITIVE_INFINITY, -0, 1e-45),
  }
  const constants = Object.entries(data).map(([type, values]): IntTensor => {
    const quantization = { scale: [1, 0.5, 0.25], zeroPoint: [0, 1, 0], axis: 1 }
    return { name: type, shape: [1, 3], type: type as keyof typeof data, data: values, quantization }
  })
  const graph = { ...branches, tensors: [...branches.tensors, ...constants] }
  comesBack(graph)
  const bytes = writeTflite(graph)
  for (let shift = 0; shift < 8; shift++) {
    const moved = new Uint8Array(bytes.length + 8).subarray(shift, shift + bytes.length)
    moved.set(bytes)
    assert.equal(readTflite(moved, 'moved'), graph)
    // What Node reads from a disk is a Buffer, whose `slice` copies nothing.
    assert.equal(readTflite(Buffer.from(moved.buffer, shift, bytes.length), 'moved'), graph)
  }
})

test('constants lie at multiples of 16 bytes', () => {
  const data = Int8Array.from({ length: 101 }, (_, i) => i)
  const weights: IntTensor = { ...activation('w'), shape: [101], data }
  const bytes = writeTflite({ ...branches, tensors: [...branches.tensors, weights, weights], metadata })
  const read = readTflite(bytes, 'aligned').tensors.slice(-2)
  assert.equal(bytes.length % 16, 0)
  for (const tensor of read) assert.is((tensor.data!.byteOffset - bytes.byteOffset) % 16, 0)
})

test('what a file cannot hold is not written', () => {
  const refuses = (change: Partial<IntTensor>, message: RegExp) => {
    const tensors = branches.tensors.map((tensor, i) => (i === 4 ? { ...tensor, ...change } : tensor))
    assert.throws(() => writeTflite({ ...branches, tensors }), message)
  }
  refuses({ quantization: { scale: [0.1], zeroPoint: [0], axis: 0 } }, /scale is not a float32/)
  refuses({ quantization: { scale: [1], zeroPoint: [128], axis: 0 } }, /zero point lies outside of its type/)
  refuses({ quantization: { scale: [1, 1], zeroPoint: [0], axis: 0 } }, /scales and zero points differ/)
  refuses({ data: new Int32Array(4) }, /data does not fit type int8/)
  refuses({ data: new Int8Array(3) }, /has 3 values for shape \[1,4\]/)
  refuses({ shape: [0, 4] }, /impossible shape/)
  const wrong = { ...metadata, deviation: 0 }
  assert.throws(() => writeTflite({ ...branches, metadata: wrong }), /field deviation of the metadata is wrong/)
})

test.run()
