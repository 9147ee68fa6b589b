import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { BuiltinOperator } from '../../src-ts/ops/op.ts'
import { stridedSlice } from '../../src-ts/ops/strided-slice.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { logisticFile, type RawFile, rawTflite } from '../helpers/raw-tflite.ts'

const test = suite('tflite shapes')
const int32 = (...numbers: number[]) => new Uint8Array(Int32Array.from(numbers).buffer)
const { quantization } = logisticFile().tensors[0]

/** What Keras writes for Flatten with a dynamic batch: SHAPE, its first number, PACK with the length, RESHAPE, then LOGISTIC. */
function flatten(length: number): RawFile {
  const attrs = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 1 }
  const sizes = { type: 2 }
  return {
    ...logisticFile(),
    codes: [{ code: 77 }, { code: 45 }, { code: 83 }, { code: 22 }, { code: 14 }],
    buffers: [undefined, int32(0), int32(1), int32(length)],
    tensors: [
      { shape: [1, 2, 6], signature: [-1, 2, 6], type: 9, name: 'x', quantization },
      { ...sizes, shape: [3], name: 'shape of x' },
      { ...sizes, shape: [1], name: 'begin', buffer: 1 },
      { ...sizes, shape: [1], name: 'end', buffer: 2 },
      { ...sizes, shape: [], name: 'batch' },
      { ...sizes, shape: [], name: 'length', buffer: 3 },
      { ...sizes, shape: [2], name: 'new shape' },
      { shape: [1, 12], signature: [-1, 12], type: 9, name: 'flat', quantization },
      { shape: [1, 12], type: 9, name: 'y', quantization: { scale: [1 / 256], zeroPoint: [-128] } },
    ],
    nodes: [
      { code: 0, inputs: [0], outputs: [1] },
      {
        code: 1,
        inputs: [1, 2, 3, 3],
        outputs: [4],
        optionsType: 32,
        options: builder => (stridedSlice.tflite as BuiltinOperator<object>).write(builder, attrs),
      },
      { code: 2, inputs: [4, 5], outputs: [6] },
      { code: 3, inputs: [0, 6], outputs: [7] },
      { code: 4, inputs: [7], outputs: [8] },
    ],
    inputs: [0],
    outputs: [8],
  }
}

for (const length of [12, -1]) {
  test(`Flatten with a dynamic batch becomes one RESHAPE to [1, ${length}]`, () => {
    const graph = readTflite(rawTflite(flatten(length)), 'net.tflite')
    assert.equal(
      graph.nodes.map(node => node.op),
      ['reshape', 'logistic'],
    )
    assert.equal([...(graph.tensors[graph.nodes[0].inputs[1]].data as Int32Array)], [1, length])
    assert.equal(graph.warnings, ['the batch dimension is dynamic: it is taken as 1'])
  })
}

test('a RESHAPE of a size, as Conv1DTranspose has it, is folded too', () => {
  const file = flatten(12)
  const { tensors, nodes } = file as Required<RawFile>
  tensors.push({ type: 2, shape: [1], name: 'batch as a list' }, { type: 2, shape: [1], name: 'one', buffer: 2 })
  tensors[5].shape = [1]
  file.codes![2] = { code: 2 }
  nodes.splice(2, 1, { code: 3, inputs: [4, 10], outputs: [9] }, { code: 2, inputs: [9, 5], outputs: [6] })
  const graph = readTflite(rawTflite(file), 'net.tflite')
  assert.equal(
    graph.nodes.map(node => node.op),
    ['reshape', 'logistic'],
  )
})

test('sizes behind a dynamic batch that are not 1 are refused with what helps', () => {
  const file = flatten(12)
  file.tensors![7].shape = [1, 6]
  file.tensors![8].shape = [1, 6]
  file.tensors![7].signature = [-1, 6]
  assert.throws(
    () => readTflite(rawTflite(file), 'net.tflite'),
    /output shapes .*\. The batch is dynamic in the file\. In Keras give the batch too: keras\.Input\(shape, batch_size=1\)/,
  )
})

test('sizes that depend on data are refused', () => {
  const file = flatten(12)
  // SHAPE of a tensor is known; PACK of something computed is not.
  file.nodes![2].inputs = [0, 5]
  assert.throws(() => readTflite(rawTflite(file), 'net.tflite'), /tensor "new shape": is not int8/)
})

test.run()
