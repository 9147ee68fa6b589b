import type * as tf from '@tensorflow/tfjs-core'
import type { Builder } from 'flatbuffers'
import type { ActivationType, IntData, IntTensor, IntType, Node, Quantization, Shape } from '../ir/graph.ts'
import type { Kernel } from './kernel.ts'

/** The part of tfjs that `evaluate` needs; passed in, because only train/ may load the native library. */
export type Backend = typeof tf

/** Reads one builtin-options table; every getter returns the schema's default when the field is absent. Bounds are checked. */
export interface OptionsReader {
  int8(field: number, fallback: number): number
  int32(field: number, fallback: number): number
  float32(field: number, fallback: number): number
  bool(field: number, fallback: boolean): boolean
  int32Vector(field: number): number[]
}

/** A node with its tensors looked up: what an op sees of the integer graph. Optional inputs that are left out are undefined. */
export interface NodeView<Attrs> {
  readonly name: string
  readonly attrs: Attrs
  readonly inputs: readonly (IntTensor | undefined)[]
  readonly outputs: readonly IntTensor[]
}

/** How the quantizer gives an output its scale. */
export type OutputQuantization =
  /** From the calibrated range. */
  | { readonly kind: 'calibrated' }
  /** Same scale and zero point as the data inputs, which must all agree (pool, reshape, concatenation, pad). */
  | { readonly kind: 'same-as-input' }
  /** Fixed by TFLite (logistic, softmax, tanh): for int8, and the scale for int16, whose zero point is 0. */
  | { readonly kind: 'fixed'; readonly scale: number; readonly zeroPoint: number; readonly int16Scale?: number }

/** Bits that weights may use; a file holds them as int8. */
export type WeightBits = 8 | 7 | 4

/** How a node's constants are to be quantized. */
export interface ConstantForm {
  readonly weightBits: WeightBits
  /** Type of the node's activations: TFLM wants biases of int64 beside int16. */
  readonly activation: ActivationType
}

/** What decides an output's shape: an input's shape and, for constants such as axes, its data. */
export interface Shaped {
  readonly shape: Shape
  readonly data?: IntData | Float32Array
}

/** A test case of an op: a whole node with its tensors, and which of its inputs are fed with random data. */
export interface Case<Attrs> {
  readonly name: string
  readonly node: NodeView<Attrs>
}

/** An operator that TFLite's schema knows. */
export interface BuiltinOperator<Attrs> {
  readonly custom?: undefined
  readonly nodes?: undefined
  /** BuiltinOperator. */
  readonly code: number
  /** BuiltinOptions, the union type of the options table; 0 = none. */
  readonly options: number
  read(options: OptionsReader): Attrs
  /** Writes the options table and returns its offset; 0 when there is none. */
  write(builder: Builder, attrs: Attrs): number
}

/** An operator that files hold as several nodes in a row without options; a pass of passes/int makes one of them when a file is read. */
export interface OperatorChain<Attrs> {
  readonly custom?: undefined
  /** TFLite's names of the nodes. The tensors between them are float32. */
  readonly nodes: (attrs: Attrs) => readonly string[]
}

/** An operator that files hold as CUSTOM. Its options are bytes of a form of its own. */
export interface CustomOperator<Attrs> {
  readonly nodes?: undefined
  /** Its name in the file. */
  readonly custom: string
  read(options: Uint8Array): Attrs
  write(attrs: Attrs): Uint8Array
}

/**
 * One operator: everything that Holter knows about it, in one file.
 * Rules of the arithmetic: TFLM reference kernels in their default build (double rounding), docs/quantization.md.
 */
export interface Op<Attrs = any, Prepared = any> {
  /** The TFLite builtin name in camelCase. */
  readonly kind: string
  /** How a .tflite file stores the operator. */
  readonly tflite: BuiltinOperator<Attrs> | CustomOperator<Attrs> | OperatorChain<Attrs>
  /**
   * Whose bytes the reference must give: those of tflite-micro, of LiteRT without a delegate where tflite-micro has no kernel, or of an
   * independent integer form in the op's own test where neither has one.
   */
  readonly truth: 'tflite-micro' | 'litert' | 'independent'
  /** Output shapes from all inputs (constants included). Throws HolterError on impossible shapes. */
  outputShapes(attrs: Attrs, inputs: readonly (Shaped | undefined)[]): Shape[]
  /** Real numbers, by tfjs; a list where there are several outputs. Inputs include the constants; data inputs carry a batch of n in axis 0 where shapes say 1. */
  evaluate(tf: Backend, attrs: Attrs, inputs: readonly (tf.Tensor | undefined)[]): tf.Tensor | tf.Tensor[]
  readonly quantization: OutputQuantization
  /** Set where the output is the first input's bytes under another shape: both get one place in memory. */
  readonly sameBytes?: true
  /**
   * Set where the result before the activation is an affine map of the first input: inputs are x, a filter and an optional bias.
   * `outputAxis` is the axis of the filter that holds the output's channels.
   */
  readonly linear?: { readonly outputAxis: number }
  /** Set where `attrs.activation` is a fused activation: relu and its relatives may move in from behind. */
  readonly fusesActivation?: true
  /**
   * Set where channel c of an output (its last axis) may depend on channel c of the inputs alone. Returns the inputs, constants among
   * them, that have the channels along their last axis; undefined where this node mixes them.
   */
  channelwise?(node: NodeView<Attrs>): readonly number[] | undefined
  /** Set where a row of the last axis of the output depends on the same row of the inputs alone: such nodes keep step with a stream. */
  readonly rowwise?: true
  /** Set where all inputs may be constants. */
  readonly constantInputs?: true
  /** Whether the output holds probabilities ('made'), or what the input held under another shape or scale ('kept'). */
  readonly probabilities?: 'made' | 'kept'
  /** Element types of activations that the op reads; all of a node have the same. int8 only where this is absent, as TFLM's kernel. */
  readonly inputTypes?: readonly IntType[]
  /** Place of an input that is bool whatever the others are: what SELECT_V2 chooses by. */
  readonly condition?: number
  /** Element types of the outputs; that of the inputs where this is absent. */
  readonly outputTypes?: readonly IntType[]
  /** Real constants → integers. Called by the quantizer with the constants' data and the quantization of the data inputs. */
  quantizeConstants?(
    attrs: Attrs,
    constants: readonly ({ shape: Shape; data: Float32Array | Int32Array } | undefined)[],
    inputs: readonly Quantization[],
    form: ConstantForm,
  ): ((Pick<IntTensor, 'type' | 'quantization' | 'shape'> & { data: IntData }) | undefined)[]
  /**
   * Multipliers, tables, geometry. The same path for our quantizer's nodes and for imported files.
   * Throws HolterError when TFLM would refuse the node or when this op does not support it, saying why.
   */
  prepare(node: NodeView<Attrs>): Prepared
  /**
   * Set where sums go through TFLM's two roundings: the shifts of what was prepared, one or one for each channel of the last axis.
   * A right shift of few bits rounds many sums twice, which quantization-aware training must do as well.
   */
  shiftsOf?(prepared: Prepared): ArrayLike<number> | undefined
  /** The definition, byte for byte. `inputs` are data inputs only (constants live in `prepared`). Writes into `outputs`. */
  reference(prepared: Prepared, inputs: readonly IntData[], outputs: readonly IntData[]): void
  /** The ways of computing a node in a module; at least one fits each node that `prepare` accepts. None where `sameBytes` is set. */
  readonly kernels: readonly Kernel<Prepared>[]
  /** Multiply-accumulates of one inference. */
  macs(node: NodeView<Attrs>): number
  /** Corner cases first; every flavour and engine is tested on them. */
  cases(): readonly Case<Attrs>[]
}

/** Whether a node is of an op; its attributes then have the op's type. */
export function isOf<Attrs>(op: Op<Attrs>, node: Node): node is Node & { readonly attrs: Attrs } {
  return node.op === op.kind
}
