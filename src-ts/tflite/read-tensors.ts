import { elements, type IntData, type IntTensor, type IntType, type Quantization } from '../ir/graph.ts'
import { brief, type FlatTable } from './flat-file.ts'
import { Buffer, elementTypeNames, elementTypes, handleType, QuantizationParameters, Tensor } from './schema.ts'

/** What one decoded tensor costs in memory beyond its vectors, about. */
const TENSOR_BYTES = 160
const HIGHEST_RANK = 8
const LARGEST_TENSOR_BYTES = 2 ** 31 - 1
const int8Hint =
  'Holter needs a quantized model: weights int8, activations int8 with biases int32, or int16 with biases int64 (16×8)'

/** The warning about a batch of any size. */
export const dynamicBatch = 'the batch dimension is dynamic: it is taken as 1'
/** What helps where a file's shapes hang on a batch that is open. */
export const fixedBatchHint = 'In Keras give the batch too: keras.Input(shape, batch_size=1)'

type Buffers = ReturnType<FlatTable['tables']>

/** Returns the tensors of a subgraph; `warn` is called with facts that a user should know. */
export function readTensors(
  subgraph: FlatTable,
  field: number,
  buffers: Buffers,
  warn: (fact: string) => void,
): IntTensor[] {
  const tables = subgraph.tables(field, 'tensor')
  const constants = constantReader(buffers)
  let isDynamic = false
  const tensors: IntTensor[] = []
  for (let i = 0; i < tables.length; i++) {
    const table = tables.at(i)
    const { file } = table
    file.spend(TENSOR_BYTES, table.where)
    const name = table.string(Tensor.name)
    const where = `tensor ${i} "${brief(name)}"`
    refuseExtras(table, where)
    if (table.int8(Tensor.type, 0) === handleType) {
      // It has no value: only the operators of variables read it, which become states.
      tensors.push({ name, shape: [], type: 'int32' })
      continue
    }
    const type = elementType(table, where)
    const { shape, dynamic } = readShape(table, where)
    isDynamic ||= dynamic
    const bytes = elements(shape) * elementTypes[type].bytes
    if (!(bytes <= LARGEST_TENSOR_BYTES))
      file.fail(where, { problem: 'is too large', got: `[${shape}]`, expected: 'below 2 GB' })
    const data = constants(table, type, bytes, where)
    const quantization = readQuantization(table, type, shape, data !== undefined, where)
    if (!quantization && (type === 'int8' || type === 'int16')) {
      file.fail(where, { problem: `is ${type} without a scale and zero point`, hint: int8Hint })
    }
    tensors.push({ name, shape, type, ...(data && { data }), ...(quantization && { quantization }) })
  }
  if (isDynamic) warn(dynamicBatch)
  return tensors
}

function refuseExtras(table: FlatTable, where: string): void {
  const { file } = table
  if (table.bool(Tensor.isVariable, false)) {
    const hint = 'Export the network with its state as inputs and outputs'
    file.fail(where, { problem: 'is a variable that lives from run to run, which Holter does not support', hint })
  }
  if (table.has(Tensor.sparsity)) {
    const hint = 'Export it dense: zeros cost no accuracy, and Holter skips dead channels itself'
    file.fail(where, { problem: 'is stored as a sparse tensor, which Holter does not read', hint })
  }
  if (table.tables(Tensor.variantTensors, 'variant').length) {
    file.fail(where, { problem: 'is a variant tensor, which Holter does not support' })
  }
  if (table.uint32(Tensor.externalBuffer, 0) !== 0) {
    file.fail(where, { problem: 'keeps its data in another file', hint: 'Export the model as one .tflite file' })
  }
}

function elementType(table: FlatTable, where: string): IntType {
  const code = table.int8(Tensor.type, 0)
  for (const [type, { code: known }] of Object.entries(elementTypes)) if (known === code) return type as IntType
  const got = elementTypeNames[code] ?? `type ${code}`
  const hint =
    got === 'float16'
      ? 'Convert the model again without float16, then type holter quantize MODEL --calibrate X.npy --out OUT.tflite'
      : int8Hint
  return table.file.fail(where, { problem: 'has an element type that Holter does not support', got, hint })
}

function readShape(table: FlatTable, where: string): { shape: number[]; dynamic: boolean } {
  const { file } = table
  const shape = table.int32Vector(Tensor.shape)
  if (shape.length > HIGHEST_RANK)
    file.fail(where, { problem: 'has too many dimensions', got: shape.length, expected: `at most ${HIGHEST_RANK}` })
  const signature = table.int32Vector(Tensor.shapeSignature)
  const dynamic = signature[0] === -1
  if (dynamic) shape[0] = 1
  if (
    signature.length &&
    (signature.length !== shape.length || signature.some((n, i) => n !== shape[i] && !(n === -1 && i === 0)))
  ) {
    const problem = signature.includes(-1, 1)
      ? 'has a dynamic dimension other than the batch'
      : 'has two shapes that contradict'
    const hint = `Export the model with a fixed input shape. ${fixedBatchHint}`
    file.fail(where, { problem, got: `[${signature}] for [${shape}]`, hint })
  }
  if (shape.some(n => n < 1))
    file.fail(where, { problem: 'has an impossible shape', got: `[${shape}]`, expected: 'sizes of at least 1' })
  return { shape, dynamic }
}

/** Returns a function that gives a tensor's constant data, or undefined when the tensor is computed. */
function constantReader(buffers: Buffers) {
  return (tensor: FlatTable, type: IntType, bytes: number, where: string): IntData | undefined => {
    const index = tensor.uint32(Tensor.buffer, 0)
    const content = bufferBytes(buffers, index)
    if (content.length === 0) return undefined
    if (content.length !== bytes) {
      const expected = `${bytes} for ${type} of its shape`
      tensor.file.fail(where, {
        problem: `has data of the wrong length in buffer ${index}`,
        got: `${content.length} bytes`,
        expected,
      })
    }
    return typed(tensor, content, type, where)
  }
}

/** Returns the bytes of buffer `index` as a view of the file; empty when it holds nothing. */
export function bufferBytes(buffers: Buffers, index: number): Uint8Array {
  const table = buffers.at(index)
  if (table.uint64(Buffer.offset, 0n) > 1n || table.uint64(Buffer.size, 0n) > 1n) {
    const hint = 'Holter reads models below 2 GB that hold their own constants'
    table.file.fail(table.where, { problem: 'keeps its data outside of the flatbuffer', hint })
  }
  return table.bytes(Buffer.data)
}

/** A view where the alignment allows it, else a copy: converters put int64 biases of 16×8 at multiples of 4 bytes. */
function typed(tensor: FlatTable, bytes: Uint8Array, type: IntType, where: string): IntData {
  const { array, bytes: width } = elementTypes[type]
  if (bytes.byteOffset % width === 0) return new array(bytes.buffer, bytes.byteOffset, bytes.length / width)
  tensor.file.spend(bytes.length, where)
  // Not `bytes.slice()`: files come as Buffers, and theirs is a view of the same memory.
  return new array(new Uint8Array(bytes).buffer, 0, bytes.length / width)
}

function readQuantization(
  tensor: FlatTable,
  type: IntType,
  shape: readonly number[],
  constant: boolean,
  where: string,
): Quantization | undefined {
  const table = tensor.table(Tensor.quantization, where)
  if (!table) return undefined
  const { file } = table
  if (table.uint8(QuantizationParameters.detailsType, 0) !== 0) {
    file.fail(where, { problem: 'has a custom quantization, which Holter does not support' })
  }
  const scale = table.float32Vector(QuantizationParameters.scale)
  if (scale.length === 0) return undefined
  const zeroPoint = table.int64Vector(QuantizationParameters.zeroPoint)
  const axis = scale.length === 1 ? 0 : table.int32(QuantizationParameters.quantizedDimension, 0)
  if (scale.length > 1 && scale.length !== shape[axis]) {
    const expected = `1, or ${shape[axis] ?? 'none'} for axis ${axis} of [${shape}]`
    file.fail(where, { problem: 'has the wrong number of scales', got: scale.length, expected })
  }
  if (zeroPoint.length !== scale.length) {
    file.fail(where, { problem: 'has the wrong number of zero points', got: zeroPoint.length, expected: scale.length })
  }
  // Older converters give a channel of zeros the scale 0: harmless in a constant, where nothing divides by it.
  const badScale = scale.find(s => !(Number.isFinite(s) && (s > 0 || (constant && s === 0))))
  if (badScale !== undefined)
    file.fail(where, { problem: 'has an impossible scale', got: badScale, expected: 'above 0' })
  const { min, max } = elementTypes[type]
  const badZero = zeroPoint.find(z => !(z >= min && z <= max))
  if (badZero !== undefined) {
    file.fail(where, { problem: 'has a zero point outside of its type', got: badZero, expected: `${min} to ${max}` })
  }
  return { scale, zeroPoint, axis }
}
