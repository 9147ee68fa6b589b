import type { Metadata } from './metadata.ts'

/**
 * Tensor shape as in a .tflite file: the batch of 1 comes first, then NHWC.
 * A one-dimensional network is [1, 1, T, C].
 */
export type Shape = readonly number[]

/** Affine quantization: real = (q − zeroPoint) · scale. One entry per tensor, or one per channel along `axis`. */
export interface Quantization {
  readonly scale: readonly number[]
  readonly zeroPoint: readonly number[]
  /** Axis of the channels when `scale` has more than one entry; otherwise 0. */
  readonly axis: number
}

export type IntType = 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'bool' | 'float32'
export type IntData = Int8Array | Int16Array | Int32Array | BigInt64Array | Uint8Array | Float32Array

interface Tensor<Data> {
  readonly name: string
  readonly shape: Shape
  /** Present in constants (weights, biases, axes) only. */
  readonly data?: Data
}

/** What tensors of every graph have. */
export interface AnyTensor {
  readonly name: string
  readonly shape: Shape
  readonly data?: { readonly length: number }
}

export interface FloatTensor extends Tensor<Float32Array | Int32Array> {}

export interface IntTensor extends Tensor<IntData> {
  readonly type: IntType
  readonly quantization?: Quantization
}

/** One operator. Inputs and outputs are indices into the graph's tensors; −1 is an optional input left out (a missing bias). */
export interface Node {
  readonly name: string
  /** Kind of an op in ops/index.ts. */
  readonly op: string
  readonly attrs: Attrs
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

export type Attrs = Readonly<Record<string, unknown>>

/** A tensor that a network remembers: what one inference leaves in `next` is in `current` in the next one. */
export interface State {
  /** Computed by no node. */
  readonly current: number
  /** Of the same shape and type: an input, computed, or `current` itself where nothing changes it. */
  readonly next: number
  /** What `current` holds in the first inference; its zero point everywhere where this is absent, as in tflite-micro. */
  readonly start?: IntData
}

/** A network as plain data: nodes are in an order in which they can run. */
export interface Graph<T> {
  readonly name: string
  readonly tensors: readonly T[]
  readonly nodes: readonly Node[]
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  /** What lives from one inference to the next; absent in networks whose outputs depend on their inputs alone. */
  readonly states?: readonly State[]
  readonly metadata?: Metadata
}

/** Real-valued network between the training framework and the quantizer. Constants are Float32Array; axes and shapes Int32Array. */
export type FloatGraph = Graph<FloatTensor>
/** Quantized network: what a .tflite file holds, and all that the code generator sees. */
export interface IntGraph extends Graph<IntTensor> {
  /** Where the file has another type at an input or output than the network; absent when it has none. */
  readonly borders?: Borders
}

/** An input or output as its file has it: a QUANTIZE or DEQUANTIZE between that and the network is left to the host. */
export interface Border {
  /** The tensor's name in the file. */
  readonly name: string
  readonly type: 'float32' | 'uint8'
  /** Of uint8: the network's own scale, and its zero point + 128. */
  readonly quantization?: Quantization
}

/** One entry for each input and output of a graph, in their order; undefined where the file has what the network has. */
export interface Borders {
  readonly inputs: readonly (Border | undefined)[]
  readonly outputs: readonly (Border | undefined)[]
}

/** How the elements of each type lie in memory. */
export const arrays = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  float32: Float32Array,
} as const satisfies Readonly<Record<IntType, unknown>>

/** The least and the largest value of the types that activations have. */
export const limits = { int8: { min: -128, max: 127 }, int16: { min: -32768, max: 32767 } } as const
export type ActivationType = keyof typeof limits

/** Returns the limits of a tensor of activations; those of int8 for every other type. */
export function limitsOf({ type }: Pick<IntTensor, 'type'>): { readonly min: number; readonly max: number } {
  return type === 'int16' ? limits.int16 : limits.int8
}

/** Returns a copy of bytes as elements of a type (little endian, as every host of ours is). */
export function fromBytes(bytes: Int8Array, type: IntType): IntData {
  return new arrays[type](new Int8Array(bytes).buffer)
}

/** Returns the bytes of elements, without a copy. */
export function toBytes(data: IntData): Int8Array {
  return new Int8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** Returns what a state's tensor holds in the first inference. */
export function startOf({ current, start }: State, tensors: readonly IntTensor[]): IntData {
  const { type, shape, quantization } = tensors[current]
  return start ?? new arrays[type as ActivationType](elements(shape)).fill(quantization?.zeroPoint[0] ?? 0)
}

/** Bytes of a tensor's values. */
export function tensorBytes({ shape, type }: Pick<IntTensor, 'shape' | 'type'>): number {
  return elements(shape) * arrays[type].BYTES_PER_ELEMENT
}

/** Number of elements of a shape. */
export function elements(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1)
}
