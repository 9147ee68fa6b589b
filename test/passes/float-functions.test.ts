import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runTfliteMicro } from '../../src-ts/engines/tflite-micro.ts'
import type { BuiltinOperator } from '../../src-ts/ops/op.ts'
import { split } from '../../src-ts/ops/split.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { python, skip } from '../helpers/environment.ts'
import { logisticFile, type RawFile, rawTflite } from '../helpers/raw-tflite.ts'

const test = suite('float functions')
const [x] = logisticFile().tensors
const float = (shape: number[]) => ({ shape, type: 0, name: `float ${shape}` })
const axis = new Uint8Array(Int32Array.of(1).buffer)

/** x → DEQUANTIZE → SPLIT in float32 → NEG → QUANTIZE, and → QUANTIZE: what converters leave in float32. */
function file(): RawFile {
  const half = { ...x, shape: [1, 2], quantization: { scale: [0.3], zeroPoint: [-7] } }
  return {
    ...logisticFile(),
    codes: [{ code: 6 }, { code: 49 }, { code: 59 }, { code: 114 }],
    buffers: [undefined, axis],
    tensors: [
      x,
      float([1, 4]),
      { shape: [], type: 2, name: 'axis', buffer: 1 },
      float([1, 2]),
      { ...float([1, 2]), name: 'second' },
      { ...float([1, 2]), name: 'negative' },
      { ...half, name: 'y' },
      { ...half, name: 'z' },
    ],
    nodes: [
      { code: 0, inputs: [0], outputs: [1] },
      {
        code: 1,
        inputs: [2, 1],
        outputs: [3, 4],
        optionsType: 35,
        options: builder => (split.tflite as BuiltinOperator<object>).write(builder, { parts: 2 }),
      },
      { code: 2, inputs: [3], outputs: [5] },
      { code: 3, inputs: [5], outputs: [6] },
      { code: 3, inputs: [4], outputs: [7] },
    ],
    inputs: [0],
    outputs: [6, 7],
  }
}

test('what a file moves and computes in float32 between integers becomes integers', () => {
  const graph = readTflite(rawTflite(file()), 'net.tflite')
  const nodes = graph.nodes.map(({ op, attrs }) => [op, attrs.functions])
  assert.equal(nodes, [
    ['split', undefined],
    ['floatFunction', ['NEG']],
    ['floatFunction', []],
  ])
  assert.ok(graph.tensors.every(tensor => tensor.type !== 'float32'))
})

test('an operator of two float32 stays, and is named', () => {
  const sum = file()
  sum.codes!.push({ code: 0 })
  sum.nodes![2] = { code: 4, inputs: [3, 4], outputs: [5] }
  assert.throws(() => readTflite(rawTflite(sum), 'net.tflite'), /partly quantized.*must be built otherwise: ADD/)
})

if (!python()) skip('float functions', 'in tflite-micro', 'no Python environment: npm run setup makes it')
else {
  test('tflite-micro, which computes in float32, gives the same bytes', async () => {
    const tflite = rawTflite(file())
    const graph = readTflite(tflite, 'net.tflite')
    const inputs = Int8Array.from({ length: 256 * 4 }, (_, i) => (i % 4 < 2 ? i >> 2 : -(i >> 2)))
    const [bytes] = await runTfliteMicro([{ graph, tflite, inputs, count: 256 }])
    assert.equal(bytes, rowRunner(graph)(inputs, 256))
  })
}

test.run()
