import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { logisticFile, type RawFile, type RawTensor, rawTflite } from '../helpers/raw-tflite.ts'

const test = suite('tflite border')

const [x, y] = logisticFile().tensors

/** outer x → QUANTIZE → x → LOGISTIC → y → DEQUANTIZE or QUANTIZE → outer y. */
function bordered(outerX: RawTensor, outerY: RawTensor, last: number): RawFile {
  return {
    ...logisticFile(),
    codes: [{ code: 114 }, { code: 14 }, { code: last }],
    tensors: [{ shape: [1, 4], ...outerX, name: 'outer x' }, x, { shape: [1, 4], ...outerY, name: 'outer y' }, y],
    nodes: [
      { code: 0, inputs: [0], outputs: [1] },
      { code: 1, inputs: [1], outputs: [3] },
      { code: 2, inputs: [3], outputs: [2] },
    ],
    inputs: [0],
    outputs: [2],
  }
}
const read = (file: RawFile) => readTflite(rawTflite(file), 'net.tflite')

test('float32 borders fall away: the network is that between the int8 tensors', () => {
  const { warnings, borders: _, ...graph } = read(bordered({ type: 0 }, { type: 0 }, 6))
  assert.equal(graph, read(logisticFile()))
  assert.is(warnings?.length, 2)
  assert.match(warnings![0], /input 0 is float32 in the file/)
})

test('float32 borders of an int16 network fall away too', () => {
  const wide = (t: RawTensor, scale: number) => ({ ...t, type: 7, quantization: { scale: [scale], zeroPoint: [0] } })
  const file = bordered({ type: 0 }, { type: 0 }, 6)
  const tensors = file.tensors!.map((t, i) => (i === 1 ? wide(t, 1e-4) : i === 3 ? wide(t, 1 / 32768) : t))
  const { warnings, borders: _, ...graph } = read({ ...file, tensors })
  assert.equal([graph.tensors.map(t => t.type), graph.nodes.length], [['int16', 'int16'], 1])
  assert.match(warnings![1], /output 0 is float32 in the file: the network ends at the int16 tensor before it/)
})

test('uint8 borders fall away where they only add 128', () => {
  const shifted = (t: RawTensor, by: number) => ({
    type: 3,
    quantization: { scale: t.quantization!.scale, zeroPoint: [t.quantization!.zeroPoint![0] + by] },
  })
  const { warnings, borders: _, ...graph } = read(bordered(shifted(x, 128), shifted(y, 128), 114))
  assert.equal(graph, read(logisticFile()))
  assert.match(warnings![1], /output 0 is uint8/)
  assert.throws(() => read(bordered(shifted(x, 127), shifted(y, 128), 114)), /QUANTIZE|not int8 or int16 \(got uint8\)/)
})

test('a border with a second reader stays and is refused', () => {
  const file = bordered({ type: 0 }, { type: 0 }, 6)
  file.tensors!.push({ ...x, name: 'twin' })
  file.nodes!.push({ code: 0, inputs: [0], outputs: [4] })
  assert.throws(() => read(file), /only partly quantized/)
})

test('an int8 tensor that is an output itself and behind a border stays one', () => {
  const graph = read({ ...bordered({ type: 0 }, { type: 0 }, 6), outputs: [2, 3] })
  assert.equal(graph.outputs, [1, 1])
})

test.run()
