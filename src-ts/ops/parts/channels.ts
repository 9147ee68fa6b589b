import { HolterError } from '../../errors.ts'
import {
  clamp,
  type Multiplier,
  quantizeMultiplier,
  reduceMultiplier,
  requantize,
  requantizeWide,
  roundHalfAway,
} from '../../ir/fixed-point.ts'
import type { ActivationType, IntTensor, Quantization, Shape } from '../../ir/graph.ts'
import type { ConstantForm, Op } from '../op.ts'

/** What an accumulator of an output channel goes through: + bias, · multiplier · 2^(shift − 31), or 2^(shift − 15) of a wide one. */
export interface Channels {
  /** Whole numbers: int32, or up to 2⁴⁶ where accumulators are wide. */
  readonly bias: Int32Array | Float64Array
  readonly multiplier: Int32Array
  readonly shift: Int32Array
  /** Whether TFLM adds in 64 bits and multiplies by 16, as with int16 activations, or adds in 32 and multiplies by 32. */
  readonly wide: boolean
}

/** TFLM defines its 64-bit rescale below 2⁴⁷; half of that is left for the products. */
const LARGEST_WIDE_BIAS = 2 ** 46
/** Larger left shifts than this leave no bit for the rounding, and TFLM's result undefined. */
const LARGEST_WIDE_SHIFT = 14

/**
 * Returns the per-channel constants of a convolution or a dense layer.
 * A filter quantized per tensor gives every channel the same factor. `product` is s_in · s_w as the kernel computes it:
 * in double for convolutions and per-channel dense layers, rounded to float32 for per-tensor dense layers.
 * `wide` says how TFLM's kernel adds for these types.
 */
export function channelConstants(
  input: IntTensor,
  filter: IntTensor,
  bias: IntTensor | undefined,
  output: IntTensor,
  count: number,
  product: (inputScale: number, weightScale: number) => number = (a, b) => a * b,
  wide = false,
): Channels {
  const inputScale = quantizationOf(input).scale[0]
  const weightScales = quantizationOf(filter).scale
  refuseOddConstants(filter, bias, count, wide)
  const multiplier = new Int32Array(count)
  const shift = new Int32Array(count)
  for (let channel = 0; channel < count; channel++) {
    const weightScale = weightScales[weightScales.length === 1 ? 0 : channel]
    const fixed = factorOf(product(inputScale, weightScale), output, wide)
    multiplier[channel] = fixed.multiplier
    shift[channel] = fixed.shift
  }
  const values = Array.from(bias?.data ?? new Int32Array(count), Number)
  return { bias: wide ? Float64Array.from(values) : Int32Array.from(values), multiplier, shift, wide }
}

/** Returns the factor from a product of scales to the output's: of 16 bits where accumulators are wide, else of 32. */
export function factorOf(product: number, output: IntTensor, wide: boolean): Multiplier {
  const outputScale = quantizationOf(output).scale[0]
  const { multiplier, shift } = quantizeMultiplier(product / outputScale)
  if (!wide) return { multiplier, shift }
  if (shift <= LARGEST_WIDE_SHIFT) return { multiplier: reduceMultiplier(multiplier), shift }
  const problem = 'output scale is too small beside the inputs: TFLM does not define its 64-bit rescale there'
  throw new HolterError({ stage: 'ops', where: output.name, problem, got: outputScale })
}

/** Returns an accumulator with its bias on the output's scale, without its zero point. */
export function rescale({ multiplier, shift, wide }: Channels, sum: number, channel: number): number {
  return rescaleBy(multiplier[channel], shift[channel], wide, sum)
}

/** The same by one factor. Sums that are not wide wrap at 32 bits. */
export function rescaleBy(multiplier: number, shift: number, wide: boolean, sum: number): number {
  return wide ? requantizeWide(sum, multiplier, shift) : requantize(sum | 0, multiplier, shift)
}

/** Returns the shifts of sums that are rounded twice (`shiftsOf` of an op); wide ones are rounded once. */
export function shiftsOfChannels({ shift, wide }: Channels): Int32Array | undefined {
  return wide ? undefined : shift
}

/** Weights and biases as every converter writes them; other forms would be computed wrongly, so they are refused. */
function refuseOddConstants(filter: IntTensor, bias: IntTensor | undefined, count: number, wide: boolean): void {
  const refuse = ({ name }: IntTensor, problem: string, got: string | number, expected: string | number): never => {
    throw new HolterError({ stage: 'ops', where: name, problem, got, expected })
  }
  const { scale, zeroPoint } = quantizationOf(filter)
  if (filter.type !== 'int8' || !filter.data) refuse(filter, 'weights must be constant', filter.type, 'int8')
  if (scale.length !== 1 && scale.length !== count)
    refuse(filter, 'wrong number of scales', scale.length, `1 or ${count}`)
  const odd = zeroPoint.find(z => z !== 0)
  if (odd !== undefined) refuse(filter, 'weights must have the zero point 0', odd, 0)
  if (!bias) return
  const type = wide ? 'int64' : 'int32'
  if (bias.type !== type || !bias.data) refuse(bias, 'a bias must be constant', bias.type, type)
  const huge = wide && Array.from(bias.data!, Number).find(value => Math.abs(value) >= LARGEST_WIDE_BIAS)
  if (huge) refuse(bias, 'a bias is larger than TFLM can rescale', huge, 'below 2^46')
  if (bias.data?.length !== count) refuse(bias, 'a bias must have one value for each channel', bias.data!.length, count)
}

/** Returns a tensor's quantization; a tensor without one cannot be computed on. */
export function quantizationOf(tensor: IntTensor): Quantization {
  if (tensor.quantization) return tensor.quantization
  throw new HolterError({
    stage: 'ops',
    where: tensor.name,
    problem: 'tensor has no scale and zero point',
    got: tensor.type,
    hint: 'Convert the model with full int8 quantization, inputs and outputs included',
  })
}

/**
 * Largest quantized bias: int32 accumulators keep as much headroom below 2³¹, so that bias plus products cannot wrap in a network of ours;
 * 64-bit ones are rescaled below 2⁴⁷.
 */
const LARGEST_BIAS = { int8: 2 ** 30, int16: 2 ** 45 } as const

interface QuantizedBias {
  readonly type: 'int32' | 'int64'
  readonly data: Int32Array | BigInt64Array
  readonly quantization: Quantization
}

/**
 * Returns int8 weights within the form's bits (8: [−127, 127]) with one scale per channel, and the bias with scale s_in · s_w.
 * `data` holds `channels` along `axis` of `shape`. A channel of zeros takes the layer's largest scale;
 * a scale grows where the bias would not fit otherwise.
 */
export function quantizeChannels(
  weights: { shape: Shape; data: Float32Array },
  axis: number,
  bias: Float32Array | undefined,
  inputScale: number,
  { weightBits, activation }: ConstantForm,
): {
  weights: { data: Int8Array; quantization: Quantization }
  bias?: QuantizedBias
} {
  const { shape, data } = weights
  const most = 2 ** (weightBits - 1) - 1
  const channels = shape[axis]
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const channelOf = (i: number) => Math.floor(i / inner) % channels
  const largest = new Float64Array(channels)
  for (let i = 0; i < data.length; i++) {
    const channel = channelOf(i)
    largest[channel] = Math.max(largest[channel], Math.abs(data[i]))
  }
  const layerLargest = largest.reduce((a, b) => Math.max(a, b), 0) || most
  const scale = Array.from(largest, (max, channel) => {
    const forWeights = (max || layerLargest) / most
    const forBias = bias ? Math.abs(bias[channel]) / (inputScale * LARGEST_BIAS[activation]) : 0
    return Math.fround(Math.max(forWeights, forBias))
  })
  const quantized = Int8Array.from(data, (w, i) => clamp(roundHalfAway(w / scale[channelOf(i)]), -most, most))
  const quantization = { scale, zeroPoint: scale.map(() => 0), axis }
  return {
    weights: { data: quantized, quantization },
    bias: bias && quantizeBias(bias, inputScale, scale, activation),
  }
}

function quantizeBias(
  bias: Float32Array,
  inputScale: number,
  weightScale: readonly number[],
  activation: ActivationType,
): QuantizedBias {
  const values = Array.from(bias, (b, channel) => roundHalfAway(b / (inputScale * weightScale[channel])))
  const scale = weightScale.map(s => Math.fround(inputScale * s))
  const quantization = { scale, zeroPoint: scale.map(() => 0), axis: 0 }
  return activation === 'int16'
    ? { type: 'int64', data: BigInt64Array.from(values, BigInt), quantization }
    : { type: 'int32', data: Int32Array.from(values), quantization }
}

/** Returns `quantizeConstants` of an op with inputs data, weights (output channels along `axis`) and an optional bias. */
export function quantizeWeightsAndBias(axis: number): NonNullable<Op['quantizeConstants']> {
  return (_, [, weights, bias], [input], form) => {
    const { shape, data } = weights as { shape: Shape; data: Float32Array }
    const biases = bias?.data as Float32Array | undefined
    const quantized = quantizeChannels({ shape, data }, axis, biases, input.scale[0], form)
    return [
      undefined,
      { type: 'int8', shape, ...quantized.weights },
      quantized.bias && { shape: bias!.shape, ...quantized.bias },
    ]
  }
}

/** Packs per-channel constants as the kernels of int8 read them: bias, multiplier, shift as three int32 per channel. */
export function packChannels({ bias, multiplier, shift }: Channels): Int32Array {
  const packed = new Int32Array(bias.length * 3)
  for (let i = 0; i < bias.length; i++) packed.set([bias[i], multiplier[i], shift[i]], i * 3)
  return packed
}

/** Packs them as the kernels of int16 read them: bias as int64, multiplier and shift as int32, 16 bytes per channel. */
export function packWideChannels({ bias, multiplier, shift }: Channels): Int32Array {
  const packed = new Int32Array(bias.length * 4)
  const wide = new BigInt64Array(packed.buffer)
  for (let i = 0; i < bias.length; i++) {
    wide[i * 2] = BigInt(bias[i])
    packed.set([multiplier[i], shift[i]], i * 4 + 2)
  }
  return packed
}
