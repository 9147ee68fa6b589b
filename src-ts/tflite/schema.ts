import type { IntData, IntType } from '../ir/graph.ts'

/**
 * Field numbers of the tables of a .tflite file that Holter reads or writes. A field's number never changes between
 * versions of the schema; what is not listed is neither read nor written.
 * Source: schema_py_generated.py of the PyPI wheels tensorflow-cpu 2.21.0 and ai-edge-litert 2.3.0, which agree.
 */

/** Bytes 4 … 7 of every file. */
export const fileIdentifier = 'TFL3'
/** The one version of the schema in use. */
export const schemaVersion = 3

/** The file itself. */
export const Model = {
  fields: 10,
  /** uint32: `schemaVersion`. */
  version: 0,
  /** [OperatorCode]: the operators in use; nodes point into it. */
  operatorCodes: 1,
  /** [SubGraph]: the first is the network, others are bodies of control flow. */
  subgraphs: 2,
  /** string: who wrote the file. */
  description: 3,
  /** [Buffer]: bytes of constants and metadata. Number 0 is empty by convention: "no data". */
  buffers: 4,
  /** [Metadata]. */
  metadata: 6,
  /** [SignatureDef]: names that the exporter gave to inputs and outputs. */
  signatures: 7,
} as const

export const OperatorCode = {
  fields: 4,
  /** int8: the code in files before 2020, at most 127; newer files hold min(code, 127) here. */
  deprecatedBuiltinCode: 0,
  /** string: name of a custom operator. */
  customCode: 1,
  /** int32, default 1: version of the operator's definition. */
  version: 2,
  /** int32: the code in newer files. The larger of the two codes counts. */
  builtinCode: 3,
} as const

export const SubGraph = {
  fields: 6,
  /** [Tensor]: everything else points into it. */
  tensors: 0,
  /** [int32]: tensors that the caller fills. */
  inputs: 1,
  /** [int32]: tensors that the caller reads. */
  outputs: 2,
  /** [Operator]: in an order in which they can run. */
  operators: 3,
  /** string. */
  name: 4,
} as const

export const Tensor = {
  fields: 11,
  /** [int32]: sizes with the batch first; empty for a scalar. Dynamic sizes stand as 1. */
  shape: 0,
  /** int8: TensorType, default float32. */
  type: 1,
  /** uint32: place in Model.buffers; an empty buffer means that the tensor is computed. */
  buffer: 2,
  /** string. */
  name: 3,
  /** QuantizationParameters. */
  quantization: 4,
  /** bool: keeps its value from run to run. */
  isVariable: 5,
  /** SparsityParameters: the buffer holds a compressed form. */
  sparsity: 6,
  /** [int32]: the shape with −1 where a size is dynamic; absent when none is. */
  shapeSignature: 7,
  /** [VariantSubType]: only for resource types. */
  variantTensors: 9,
  /** uint32: place in Model.externalBuffers; 0 is none. */
  externalBuffer: 10,
} as const

export const QuantizationParameters = {
  fields: 7,
  /** [float32]: one per tensor or one per channel. */
  scale: 2,
  /** [int64]: as many as scales. */
  zeroPoint: 3,
  /** uint8: union type of a custom form of quantization; 0 is the affine form described by scale and zeroPoint. */
  detailsType: 4,
  /** int32: axis of the channels. */
  quantizedDimension: 6,
} as const

export const Operator = {
  fields: 14,
  /** uint32: place in Model.operatorCodes. */
  opcodeIndex: 0,
  /** [int32]: tensors; −1 is an optional one left out. */
  inputs: 1,
  /** [int32]: tensors. */
  outputs: 2,
  /** uint8: which options table follows (BuiltinOptions); 0 is none. */
  builtinOptionsType: 3,
  /** The options table, whose fields the operator itself knows (src-ts/ops). */
  builtinOptions: 4,
  /** [uint8]: options of a custom operator, in a form of its own. */
  customOptions: 5,
} as const

export const Buffer = {
  fields: 3,
  /** [uint8], aligned to 16 bytes. */
  data: 0,
  /** uint64: above 1, the place of the data outside of the flatbuffer, from the file's start. */
  offset: 1,
  /** uint64: length of that data. */
  size: 2,
} as const

export const Metadata = {
  fields: 2,
  /** string. */
  name: 0,
  /** uint32: place in Model.buffers. */
  buffer: 1,
} as const

export const SignatureDef = {
  /** [TensorMap]. */
  inputs: 0,
  /** [TensorMap]. */
  outputs: 1,
  /** uint32: the subgraph that it names. */
  subgraphIndex: 4,
} as const

export const TensorMap = {
  /** string: the exporter's name. */
  name: 0,
  /** uint32: place in SubGraph.tensors. */
  tensorIndex: 1,
} as const

/** Name of the metadata entry that holds Holter's record (ir/metadata.ts) as JSON. */
export const metadataName = 'holter'

export interface ElementType {
  /** TensorType in the file. */
  readonly code: number
  readonly bytes: number
  readonly array: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => IntData
  /** Zero points must lie in this range. */
  readonly min: number
  readonly max: number
}

const int32 = { min: -(2 ** 31), max: 2 ** 31 - 1 }

/** How a file names each element type of an IntGraph. */
export const elementTypes: Readonly<Record<IntType, ElementType>> = {
  float32: { code: 0, bytes: 4, array: Float32Array, ...int32 },
  int32: { code: 2, bytes: 4, array: Int32Array, ...int32 },
  uint8: { code: 3, bytes: 1, array: Uint8Array, min: 0, max: 255 },
  int64: { code: 4, bytes: 8, array: BigInt64Array, ...int32 },
  bool: { code: 6, bytes: 1, array: Uint8Array, min: 0, max: 1 },
  int16: { code: 7, bytes: 2, array: Int16Array, min: -32768, max: 32767 },
  int8: { code: 9, bytes: 1, array: Int8Array, min: -128, max: 127 },
}

/** TensorType of a variable's handle, `resource`. */
export const handleType = 13

/** Names of all element types of the schema by their code, for messages. */
export const elementTypeNames = (
  'float32 float16 int32 uint8 int64 string bool int16 complex64 int8 float64 complex128 uint64 resource variant ' +
  'uint32 uint16 int4 bfloat16 int2 uint4'
).split(' ')
