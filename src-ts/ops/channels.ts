import { HolterError } from '../errors.ts'
import { clamp, quantizeMultiplier, roundHalfAway } from '../ir/fixed-point.ts'
import type { IntTensor, Quantization, Shape } from '../ir/graph.ts'
import type { Op } from './op.ts'

/** What an accumulator of an output channel goes through: + bias, · multiplier · 2^(shift − 31). */
export interface Channels {
  readonly bias: Int32Array
  readonly multiplier: Int32Array
  readonly shift: Int32Array
}

/**
 * Returns the per-channel constants of a convolution or a dense layer.
 * A filter quantized per tensor gives every channel the same factor. `product` is s_in · s_w as the kernel computes it:
 * in double for convolutions and per-channel dense layers, rounded to float32 for per-tensor dense layers.
 */
export function channelConstants(
  input: IntTensor,
  filter: IntTensor,
  bias: IntTensor | undefined,
  output: IntTensor,
  count: number,
  product: (inputScale: number, weightScale: number) => number = (a, b) => a * b,
): Channels {
  const inputScale = quantizationOf(input).scale[0]
  const outputScale = quantizationOf(output).scale[0]
  const weightScales = quantizationOf(filter).scale
  refuseOddConstants(filter, bias, count)
  const multiplier = new Int32Array(count)
  const shift = new Int32Array(count)
  for (let channel = 0; channel < count; channel++) {
    const weightScale = weightScales[weightScales.length === 1 ? 0 : channel]
    const fixed = quantizeMultiplier(product(inputScale, weightScale) / outputScale)
    multiplier[channel] = fixed.multiplier
    shift[channel] = fixed.shift
  }
  return { bias: bias?.data ? Int32Array.from(bias.data as Int32Array) : new Int32Array(count), multiplier, shift }
}

/** Weights and biases as every converter writes them; other forms would be computed wrongly, so they are refused. */
function refuseOddConstants(filter: IntTensor, bias: IntTensor | undefined, count: number): void {
  const refuse = ({ name }: IntTensor, problem: string, got: string | number, expected: string | number): never => {
    throw new HolterError({ stage: 'codegen', where: name, problem, got, expected })
  }
  const { scale, zeroPoint } = quantizationOf(filter)
  if (filter.type !== 'int8' || !filter.data) refuse(filter, 'weights must be constant', filter.type, 'int8')
  if (scale.length !== 1 && scale.length !== count)
    refuse(filter, 'wrong number of scales', scale.length, `1 or ${count}`)
  const odd = zeroPoint.find(z => z !== 0)
  if (odd !== undefined) refuse(filter, 'weights must have the zero point 0', odd, 0)
  if (!bias) return
  if (bias.type !== 'int32' || !bias.data) refuse(bias, 'a bias must be constant', bias.type, 'int32')
  if (bias.data?.length !== count) refuse(bias, 'a bias must have one value for each channel', bias.data!.length, count)
}

/** Returns a tensor's quantization; a tensor without one cannot be computed on. */
export function quantizationOf(tensor: IntTensor): Quantization {
  if (tensor.quantization) return tensor.quantization
  throw new HolterError({
    stage: 'codegen',
    where: tensor.name,
    problem: 'tensor has no scale and zero point',
    got: tensor.type,
    hint: 'Convert the model with full int8 quantization, inputs and outputs included',
  })
}

/** Accumulators keep this headroom below 2³¹, so that bias plus products cannot wrap in a network of ours. */
const LARGEST_BIAS = 2 ** 30

/**
 * Returns int8 weights in [−127, 127] with one scale per channel, and the int32 bias with scale s_in · s_w.
 * `data` holds `channels` along `axis` of `shape`. A channel of zeros takes the layer's largest scale;
 * a scale grows where the bias would not fit otherwise.
 */
export function quantizeChannels(
  weights: { shape: Shape; data: Float32Array },
  axis: number,
  bias: Float32Array | undefined,
  inputScale: number,
): {
  weights: { data: Int8Array; quantization: Quantization }
  bias?: { data: Int32Array; quantization: Quantization }
} {
  const { shape, data } = weights
  const channels = shape[axis]
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const channelOf = (i: number) => Math.floor(i / inner) % channels
  const largest = new Float64Array(channels)
  for (let i = 0; i < data.length; i++) {
    const channel = channelOf(i)
    largest[channel] = Math.max(largest[channel], Math.abs(data[i]))
  }
  const layerLargest = largest.reduce((a, b) => Math.max(a, b), 0) || 127
  const scale = Array.from(largest, (max, channel) => {
    const forWeights = (max || layerLargest) / 127
    const forBias = bias ? Math.abs(bias[channel]) / (inputScale * LARGEST_BIAS) : 0
    return Math.fround(Math.max(forWeights, forBias))
  })
  const quantized = Int8Array.from(data, (w, i) => clamp(roundHalfAway(w / scale[channelOf(i)]), -127, 127))
  const zeroPoint = scale.map(() => 0)
  const biasScale = scale.map(s => Math.fround(inputScale * s))
  return {
    weights: { data: quantized, quantization: { scale, zeroPoint, axis } },
    bias: bias && {
      data: Int32Array.from(bias, (b, channel) => roundHalfAway(b / (inputScale * scale[channel]))),
      quantization: { scale: biasScale, zeroPoint, axis: 0 },
    },
  }
}

/** Returns `quantizeConstants` of an op with inputs data, weights (output channels along `axis`) and an optional bias. */
export function quantizeWeightsAndBias(axis: number): NonNullable<Op['quantizeConstants']> {
  return (_, [, weights, bias], [input]) => {
    const { shape, data } = weights as { shape: Shape; data: Float32Array }
    const quantized = quantizeChannels({ shape, data }, axis, bias?.data as Float32Array | undefined, input.scale[0])
    return [
      undefined,
      { type: 'int8', shape, ...quantized.weights },
      quantized.bias && { type: 'int32', shape: bias!.shape, ...quantized.bias },
    ]
  }
}

/** Packs per-channel constants as the kernels read them: bias, multiplier, shift as three int32 per channel. */
export function packChannels({ bias, multiplier, shift }: Channels): Int32Array {
  const packed = new Int32Array(bias.length * 3)
  for (let i = 0; i < bias.length; i++) packed.set([bias[i], multiplier[i], shift[i]], i * 3)
  return packed
}
