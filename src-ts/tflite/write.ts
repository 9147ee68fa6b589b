import { Builder } from 'flatbuffers'
import * as v from 'valibot'
import { HolterError } from '../errors.ts'
import { elements, type IntGraph, type IntTensor, type Node } from '../ir/graph.ts'
import { metadataJson, metadataSchema } from '../ir/metadata.ts'
import { verifyGraph } from '../ir/verify.ts'
import { operators } from '../ops/index.ts'
import type { Op } from '../ops/op.ts'
import type { OperatorSet } from '../ops/operator-set.ts'
import { version } from '../version.ts'
import { customOperatorCode, operatorCode, operatorName } from './operator-names.ts'
import {
  Buffer,
  elementTypes,
  fileIdentifier,
  handleType,
  Metadata,
  Model,
  metadataName,
  Operator,
  OperatorCode,
  QuantizationParameters,
  SubGraph,
  schemaVersion,
  Tensor,
} from './schema.ts'
import { type FileNode, type FileSubgraph, type FileTensor, subgraphsOf, variableOperators } from './variables.ts'

/** Interpreters map files into memory and let vector instructions read the constants where they lie. */
const BUFFER_ALIGNMENT = 16
/** The largest code that the operator field of old files can hold; TFLite writes it there for all newer operators. */
const OLD_CODE_LIMIT = 127

/**
 * Returns the .tflite file of a graph: equal graphs give equal bytes, and reading them gives the graph back.
 * A node's name is not stored: it is read as its first output's name. Throws HolterError for what a file cannot hold.
 */
export function writeTflite(graph: IntGraph, known: OperatorSet = operators): Uint8Array {
  verifyGraph(graph, 'tflite', graph.name)
  for (const tensor of graph.tensors) checkTensor(graph, tensor)
  const builder = new Builder(1024)
  const buffers = new BufferList(builder)
  const contents = subgraphsOf(withoutChains(graph, known))
  const tensors = contents.map(each => each.tensors.map(tensor => writeTensor(builder, buffers, tensor)))
  const metadata = graph.metadata ? [writeMetadata(builder, buffers, graph)] : []
  const kinds = [...new Set(contents.flatMap(({ nodes }) => nodes.map(node => node.op)))]
  const used = kinds.map(kind => variableOperators.get(kind)?.tflite ?? fileOperator(kind, known))
  const made = contents.map((each, i) => {
    const nodes = each.nodes.map(node => {
      const index = kinds.indexOf(node.op)
      return writeNode(builder, used[index], index, node)
    })
    return writeSubgraph(builder, each, tensors[i], nodes)
  })
  const codes = offsets(
    builder,
    used.map(op => writeOperatorCode(builder, op)),
  )
  const subgraphs = offsets(builder, made)
  const bufferVector = offsets(builder, buffers.tables)
  const metadataVector = metadata.length ? offsets(builder, metadata) : 0
  const description = builder.createString(`Holter ${version}`)
  builder.startObject(Model.fields)
  builder.addFieldInt32(Model.version, schemaVersion, 0)
  builder.addFieldOffset(Model.operatorCodes, codes, 0)
  builder.addFieldOffset(Model.subgraphs, subgraphs, 0)
  builder.addFieldOffset(Model.description, description, 0)
  builder.addFieldOffset(Model.buffers, bufferVector, 0)
  builder.addFieldOffset(Model.metadata, metadataVector, 0)
  builder.finish(builder.endObject(), fileIdentifier)
  const bytes = builder.asUint8Array().slice()
  buffers.fill(bytes)
  return bytes
}

type FileOperator = Exclude<Op['tflite'], { nodes: unknown }>

/** Returns how an operator stands in the file: one of ours, or one of a chain, which has no options. */
function fileOperator(kind: string, known: OperatorSet): FileOperator {
  const tflite = kind === operatorName(operatorCode(kind)) ? undefined : known.byKind(kind).tflite
  if (tflite && !tflite.nodes) return tflite
  return { code: operatorCode(kind), options: 0, read: () => ({}), write: () => 0 }
}

/** Returns a graph with each chain as its nodes, float32 tensors between them. */
function withoutChains(graph: IntGraph, known: OperatorSet): IntGraph {
  const tensors = [...graph.tensors]
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const { tflite } = known.byKind(node.op)
    if (!tflite.nodes) return [node]
    const { shape } = tensors[node.inputs[0]]
    let { inputs } = node
    const names = tflite.nodes(node.attrs)
    return names.map((op, i) => {
      const last = i === names.length - 1
      const output = () => tensors.push({ name: `${node.name} ${op}`, shape, type: 'float32' }) - 1
      const step = { name: node.name, op, attrs: {}, inputs, outputs: last ? node.outputs : [output()] }
      inputs = step.outputs
      return step
    })
  })
  return { ...graph, tensors, nodes }
}

/** The list of buffers under construction. Number 0 is the empty one. */
class BufferList {
  readonly tables: number[] = []
  private readonly builder: Builder
  private readonly contents: { vector: number; data: ArrayBufferView }[] = []

  constructor(builder: Builder) {
    this.builder = builder
    builder.startObject(Buffer.fields)
    this.tables.push(builder.endObject())
  }

  /** Returns the number of a new buffer with room for `data`, which `fill` copies at once: the builder would go byte by byte. */
  add(data: ArrayBufferView): number {
    const { builder } = this
    builder.startVector(1, data.byteLength, BUFFER_ALIGNMENT)
    builder.pad(data.byteLength)
    const vector = builder.endVector()
    this.contents.push({ vector, data })
    builder.startObject(Buffer.fields)
    builder.addFieldOffset(Buffer.data, vector, 0)
    return this.tables.push(builder.endObject()) - 1
  }

  /** Copies the data into the finished file; offsets of the builder count from its end. */
  fill(bytes: Uint8Array): void {
    for (const { vector, data } of this.contents) {
      bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), bytes.length - vector + 4)
    }
  }
}

/** What a file would hold otherwise than the graph does must not be written. */
function checkTensor(graph: IntGraph, { name, type, shape, data, quantization }: IntTensor): void {
  const fail = (problem: string, got: string | number, expected: string | number): never => {
    throw new HolterError({ stage: 'tflite', where: `${graph.name}, tensor "${name}"`, problem, got, expected })
  }
  const { array, min, max } = elementTypes[type]
  if (data && !(data instanceof array)) fail(`data does not fit type ${type}`, data.constructor.name, array.name)
  if (data?.length === 0) fail('a constant needs data', 0, elements(shape))
  if (!quantization) return
  const { scale, zeroPoint } = quantization
  if (zeroPoint.length !== scale.length) fail('scales and zero points differ in number', zeroPoint.length, scale.length)
  const inexact = scale.find(s => Math.fround(s) !== s)
  if (inexact !== undefined) fail('scale is not a float32, which is what a file holds', inexact, Math.fround(inexact))
  const outside = zeroPoint.find(z => !Number.isInteger(z) || z < min || z > max)
  if (outside !== undefined) fail('zero point lies outside of its type', outside, `${min} to ${max}`)
}

function writeTensor(builder: Builder, buffers: BufferList, tensor: FileTensor): number {
  if ('handle' in tensor) return writeHandle(builder, tensor.name)
  const buffer = tensor.data ? buffers.add(tensor.data) : 0
  const shape = int32s(builder, tensor.shape)
  const name = builder.createString(tensor.name)
  const quantization = tensor.quantization ? writeQuantization(builder, tensor.quantization) : 0
  builder.startObject(Tensor.fields)
  builder.addFieldOffset(Tensor.shape, shape, 0)
  builder.addFieldInt8(Tensor.type, elementTypes[tensor.type].code, 0)
  builder.addFieldInt32(Tensor.buffer, buffer, 0)
  builder.addFieldOffset(Tensor.name, name, 0)
  builder.addFieldOffset(Tensor.quantization, quantization, 0)
  return builder.endObject()
}

/** The handle of a variable: a scalar of its own type. */
function writeHandle(builder: Builder, handle: string): number {
  const shape = int32s(builder, [])
  const name = builder.createString(handle)
  builder.startObject(Tensor.fields)
  builder.addFieldOffset(Tensor.shape, shape, 0)
  builder.addFieldInt8(Tensor.type, handleType, 0)
  builder.addFieldOffset(Tensor.name, name, 0)
  return builder.endObject()
}

function writeQuantization(
  builder: Builder,
  { scale, zeroPoint, axis }: NonNullable<IntTensor['quantization']>,
): number {
  const scales = vector(builder, 4, scale, s => builder.addFloat32(s))
  const zeroPoints = vector(builder, 8, zeroPoint, z => builder.addInt64(BigInt(z)))
  builder.startObject(QuantizationParameters.fields)
  builder.addFieldOffset(QuantizationParameters.scale, scales, 0)
  builder.addFieldOffset(QuantizationParameters.zeroPoint, zeroPoints, 0)
  builder.addFieldInt32(QuantizationParameters.quantizedDimension, axis, 0)
  return builder.endObject()
}

function writeNode(builder: Builder, tflite: FileOperator, index: number, node: FileNode): number {
  const builtin = tflite.custom === undefined ? tflite.write(builder, node.attrs) : 0
  const custom = tflite.custom === undefined ? 0 : builder.createByteVector(tflite.write(node.attrs))
  const from = int32s(builder, node.inputs)
  const to = int32s(builder, node.outputs)
  builder.startObject(Operator.fields)
  builder.addFieldInt32(Operator.opcodeIndex, index, 0)
  builder.addFieldOffset(Operator.inputs, from, 0)
  builder.addFieldOffset(Operator.outputs, to, 0)
  builder.addFieldInt8(Operator.builtinOptionsType, builtin && tflite.custom === undefined ? tflite.options : 0, 0)
  builder.addFieldOffset(Operator.builtinOptions, builtin, 0)
  builder.addFieldOffset(Operator.customOptions, custom, 0)
  return builder.endObject()
}

function writeOperatorCode(builder: Builder, tflite: FileOperator): number {
  const name = tflite.custom === undefined ? 0 : builder.createString(tflite.custom)
  const code = tflite.custom === undefined ? tflite.code : customOperatorCode
  builder.startObject(OperatorCode.fields)
  builder.addFieldInt8(OperatorCode.deprecatedBuiltinCode, Math.min(code, OLD_CODE_LIMIT), 0)
  builder.addFieldOffset(OperatorCode.customCode, name, 0)
  builder.addFieldInt32(OperatorCode.builtinCode, code, 0)
  return builder.endObject()
}

function writeSubgraph(builder: Builder, graph: FileSubgraph, tensors: number[], nodes: number[]): number {
  const tensorVector = offsets(builder, tensors)
  const inputs = int32s(builder, graph.inputs)
  const outputs = int32s(builder, graph.outputs)
  const operatorVector = offsets(builder, nodes)
  const name = builder.createString(graph.name)
  builder.startObject(SubGraph.fields)
  builder.addFieldOffset(SubGraph.tensors, tensorVector, 0)
  builder.addFieldOffset(SubGraph.inputs, inputs, 0)
  builder.addFieldOffset(SubGraph.outputs, outputs, 0)
  builder.addFieldOffset(SubGraph.operators, operatorVector, 0)
  builder.addFieldOffset(SubGraph.name, name, 0)
  return builder.endObject()
}

function writeMetadata(builder: Builder, buffers: BufferList, graph: IntGraph): number {
  const parsed = v.safeParse(metadataSchema, graph.metadata)
  if (!parsed.success) {
    const [issue] = parsed.issues
    const problem = `field ${v.getDotPath(issue) ?? '(all)'} of the metadata is wrong: ${issue.message}`
    throw new HolterError({ stage: 'tflite', where: graph.name, problem })
  }
  const buffer = buffers.add(new TextEncoder().encode(metadataJson(parsed.output)))
  const name = builder.createString(metadataName)
  builder.startObject(Metadata.fields)
  builder.addFieldOffset(Metadata.name, name, 0)
  builder.addFieldInt32(Metadata.buffer, buffer, 0)
  return builder.endObject()
}

/** Vectors are written back to front, as the builder wants. */
function vector(builder: Builder, width: number, values: readonly number[], add: (value: number) => void): number {
  builder.startVector(width, values.length, width)
  for (let i = values.length - 1; i >= 0; i--) add(values[i])
  return builder.endVector()
}

const int32s = (builder: Builder, values: readonly number[]) => vector(builder, 4, values, n => builder.addInt32(n))
const offsets = (builder: Builder, values: readonly number[]) => vector(builder, 4, values, n => builder.addOffset(n))
