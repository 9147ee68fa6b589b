import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../../src-ts/errors.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { graphOf } from '../helpers/one-node.ts'
import { logisticFile, type RawFile, type RawTensor, rawTflite } from '../helpers/raw-tflite.ts'

const test = suite('tflite refusals')

const read = (file: RawFile) => readTflite(rawTflite(file), 'net.tflite')

/** The correct file with one change is refused with one clear line. */
function refused(change: Partial<RawFile>, message: RegExp) {
  refusedBytes(rawTflite({ ...logisticFile(), ...change }), message)
}

function refusedBytes(bytes: Uint8Array, message: RegExp) {
  try {
    readTflite(bytes, 'net.tflite')
  } catch (error) {
    assert.instance(error, HolterError)
    assert.match((error as Error).message, /^\[tflite\] net\.tflite/)
    assert.match((error as Error).message, message)
    return
  }
  assert.unreachable(`not refused: ${message}`)
}

function changed(i: number, change: Partial<RawTensor>): Partial<RawFile> {
  return { tensors: logisticFile().tensors.map((tensor, at) => (at === i ? { ...tensor, ...change } : tensor)) }
}

test('the correct file is read', () => {
  const graph = read(logisticFile())
  assert.is(graph.name, 'small')
  assert.equal(graph.tensors[0].quantization, { scale: [0.5], zeroPoint: [3], axis: 0 })
  assert.equal(graph.nodes, [{ name: 'y', op: 'logistic', attrs: {}, inputs: [0], outputs: [1] }])
  assert.is(graph.warnings, undefined)
})

test('files that are no models', () => {
  refusedBytes(new Uint8Array(0), /not a \.tflite file \(got 0 bytes/)
  refusedBytes(new TextEncoder().encode('{"format":"layers-model"}'), /wrong identifier/)
  refused({ identifier: 'ARRO' }, /wrong identifier in bytes 4 to 7 \(got "ARRO", expected "TFL3"\)/)
  refused({ version: 2 }, /unknown schema version \(got 2, expected 3\)/)
  const bytes = rawTflite(logisticFile())
  for (const length of [8, 20, 100, bytes.length - 4])
    refusedBytes(bytes.slice(0, length), /outside|malformed|version|damaged/)
})

test('subgraphs, variables, sparse, external and oversized tensors', () => {
  refused({ subgraphs: 2 }, /wrong number of subgraphs \(got 2, expected 1\)/)
  refused({ subgraphs: 0 }, /wrong number of subgraphs/)
  refused(changed(0, { variable: true }), /tensor 0 "x": is a variable/)
  refused(changed(1, { sparse: true }), /tensor 1 "y": is stored as a sparse tensor/)
  refused(changed(1, { external: 1 }), /data in another file/)
  refused(
    { ...changed(0, { buffer: 1 }), buffers: [undefined, { offset: 4096n, size: 4n }] },
    /outside of the flatbuffer/,
  )
  refused(changed(0, { buffer: 7 }), /buffer 7: does not exist/)
  refused(changed(0, { shape: [1, 65536, 65536] }), /too large/)
  refused(changed(0, { shape: [1, -4] }), /impossible shape/)
  refused(changed(0, { shape: Array(9).fill(1) }), /too many dimensions/)
  refused(changed(0, { type: 17 }), /element type that Holter does not support \(got int4\)/)
  refused(
    { ...changed(0, { buffer: 1 }), buffers: [undefined, new Uint8Array(5)] },
    /wrong length in buffer 1 \(got 5 bytes, expected 4/,
  )
})

test('dynamic sizes: the batch is taken as 1 with a warning, others are refused', () => {
  const dynamic = logisticFile().tensors.map(tensor => ({ ...tensor, shape: [1, 4], signature: [-1, 4] }))
  const graph = read({ ...logisticFile(), tensors: dynamic })
  assert.equal(graph.warnings, ['the batch dimension is dynamic: it is taken as 1'])
  assert.equal(graph.tensors[0].shape, [1, 4])
  refused(changed(0, { signature: [1, -1] }), /dynamic dimension other than the batch/)
  refused(changed(0, { signature: [1, 5] }), /two shapes that contradict/)
  refused(changed(0, { signature: [4] }), /two shapes that contradict/)
})

test('quantization', () => {
  const q = (quantization: RawTensor['quantization'], message: RegExp) => refused(changed(0, { quantization }), message)
  q(undefined, /is int8 without a scale and zero point/)
  q({}, /is int8 without a scale and zero point/)
  q({ scale: [0.5] }, /wrong number of zero points \(got 0, expected 1\)/)
  q({ scale: [0.5, 0.5], zeroPoint: [0, 0], axis: 1 }, /wrong number of scales \(got 2, expected 1, or 4 for axis 1/)
  q({ scale: [0.5, 0.5], zeroPoint: [0, 0], axis: -7 }, /wrong number of scales \(got 2, expected 1, or none/)
  for (const scale of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    q({ scale: [scale], zeroPoint: [0] }, /impossible scale/)
  q({ scale: [0.5], zeroPoint: [128] }, /zero point outside of its type \(got 128, expected -128 to 127\)/)
  q({ scale: [0.5], zeroPoint: [0], details: 1 }, /custom quantization/)
})

test('a constant may have the scale 0, as old converters write it for a channel of zeros', () => {
  const weights = { shape: [2], type: 9, buffer: 1, quantization: { scale: [0, 0.5], zeroPoint: [0, 0], axis: 0 } }
  const base = logisticFile()
  const graph = read({ ...base, buffers: [undefined, new Uint8Array(2)], tensors: [...base.tensors, weights] })
  assert.equal(graph.tensors[2].quantization?.scale, [0, 0.5])
})

test('models that are not full int8', () => {
  const floats = logisticFile().tensors.map(tensor => ({ ...tensor, type: 0, quantization: undefined }))
  refused({ tensors: floats }, /not quantized \(got 2 float32 tensors.*representative_dataset/)
  refused(
    changed(0, { type: 0, quantization: undefined }),
    /only partly quantized \(got 1 float32 tensors, the first "x"\)\..* must be built otherwise: LOGISTIC\.$/,
  )
})

test('types of activations that TFLM does not take', () => {
  const int16 = { type: 7, quantization: { scale: [0.01], zeroPoint: [0] } }
  const both = logisticFile().tensors.map(tensor => ({ ...tensor, ...int16 }))
  read({ ...logisticFile(), tensors: both })
  refused(changed(0, { type: 7 }), /tensor "x": is int16 with another zero point than 0/)
  refused(changed(0, int16), /tensor "y": is not int16 as the input \(got int8\)/)
  refused(
    { tensors: both, codes: [{ code: 111 }] },
    /tensor "x": is not int8, as TFLM's ELU demands \(got int16\)\. Convert .* or build it without this operator\.$/,
  )
  refused(changed(0, { type: 3 }), /tensor "x": is not int8 or int16 \(got uint8\)/)
})

test('bool comes from nodes only, and only where an operator chooses by it', () => {
  const graph = graphOf('selectV2', opByKind('selectV2').cases()[0])
  const condition = graph.nodes[1].inputs[0]
  const choice = (changed: Partial<IntGraph>) => readTflite(writeTflite({ ...graph, ...changed }), 'choice.tflite')
  assert.is(choice({}).tensors[condition].type, 'bool')
  assert.throws(
    () => choice({ nodes: [graph.nodes[1]], inputs: [condition, ...graph.inputs] }),
    /is not int8 or int16 \(got bool\)/,
  )
  const tensors = graph.tensors.map((t, i) => (i === condition ? { ...t, type: 'int8' as const } : t))
  assert.throws(
    () => choice({ tensors, nodes: [graph.nodes[1]], inputs: [condition, ...graph.inputs] }),
    /is not bool, as TFLM's SELECT_V2 demands \(got int8\)/,
  )
})

test('all missing operators are listed at once, with nodes and counts', () => {
  const names = ['x', 'a', 'b', 'c', 'd']
  const tensors = names.map(name => ({ ...logisticFile().tensors[0], name }))
  const nodes = [0, 1, 0, 2].map((code, i) => ({ code, inputs: [i], outputs: [i + 1] }))
  const codes = [{ old: 127, code: 131 }, { old: 32, code: 32, custom: 'AudioSpectrogram' }, { code: 777 }]
  const list =
    /3 operators are not supported: RFFT2D × 2 at "a", "c"; CUSTOM AudioSpectrogram × 1 at "b"; operator 777 × 1 at "d"/
  refused({ codes, tensors, nodes, outputs: [4] }, list)
  refused({ codes, tensors, nodes, outputs: [4] }, /Supported are ABS, ADD, .*docs\/operators\.md/)
})

test('operator codes stand in the old field, the new one, or both', () => {
  for (const code of [{ old: 14 }, { code: 14 }, { old: 14, code: 14 }]) read({ ...logisticFile(), codes: [code] })
  refused({ nodes: [{ code: 3, inputs: [0], outputs: [1] }] }, /operator code that does not exist \(got 3/)
})

test('nodes that do not fit together', () => {
  const node = (inputs: number[], outputs: number[], message: RegExp) =>
    refused({ nodes: [{ code: 0, inputs, outputs }] }, message)
  node([9], [1], /node "y" reads tensor 9, which does not exist/)
  node([0], [-1], /which does not exist/)
  node([0], [0], /computed already/)
  node([1], [1], /before it is computed/)
  node([0], [], /no output/)
  node([], [1], /has no computed input/)
  node([-1, 0], [1], /does not fit its operator/)
  refused({ inputs: [] }, /no input or no output/)
  refused({ inputs: [0, 0] }, /listed twice/)
  refused({ outputs: [5] }, /output tensor 5 does not exist/)
  refused({ nodes: [] }, /output tensor 1 "y" is not computed/)
  refused(
    changed(1, { shape: [1, 5] }),
    /output shapes that do not follow from its inputs \(got \[1,5\], expected \[1,4\]\)/,
  )
})

test('options', () => {
  const empty = (b: any) => {
    b.startObject(1)
    return b.endObject()
  }
  const concat = { codes: [{ code: 2 }], tensors: [logisticFile().tensors[0], logisticFile().tensors[0]] }
  const node = { code: 0, inputs: [0], outputs: [1] }
  read({ ...logisticFile(), ...concat, nodes: [{ ...node, options: empty, optionsType: 10 }] })
  refused(
    { ...concat, nodes: [{ ...node, options: empty, optionsType: 11 }] },
    /options of another operator \(got options type 11, expected 10\)/,
  )
  const unknown = (b: any) => {
    b.startObject(2)
    b.addFieldInt8(1, 99, 0)
    return b.endObject()
  }
  refused({ ...concat, nodes: [{ ...node, options: unknown, optionsType: 10 }] }, /an option that Holter does not know/)
})

test('the metadata of Holter', () => {
  const entry = (text: string, count = 1): Partial<RawFile> => ({
    buffers: [undefined, new TextEncoder().encode(text)],
    metadata: [{ name: 'min_runtime_version', buffer: 0 }, ...Array(count).fill({ name: 'holter', buffer: 1 })],
  })
  refused(entry('{'), /metadata entry "holter": is not JSON/)
  refused(entry('[]'), /metadata entry "holter": field/)
  refused(entry('{"version":2}'), /field version is wrong/)
  refused(entry('['.repeat(200_000)), /is not JSON|field/)
  refused(entry('{}', 2), /second entry named holter/)
  refused(entry(`"${'x'.repeat(1 << 20)}"`), /too large/)
  assert.is(read({ ...logisticFile(), metadata: [{ name: 'other', buffer: 0 }] }).metadata, undefined)
})

test('names steer no terminal and are cut in messages', () => {
  refused(changed(0, { name: `\u001b[31m${'n'.repeat(500)}`, variable: true }), /^\P{Cc}{0,250}$/u)
})

test('a signature gives the exporter’s names', () => {
  const signature = { inputs: [['ecg', 0]] as [string, number][], outputs: [['logits', 1]] as [string, number][] }
  assert.equal(read({ ...logisticFile(), signature }).signature, { inputs: ['ecg'], outputs: ['logits'] })
})

test.run()
