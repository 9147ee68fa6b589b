import type * as tf from '@tensorflow/tfjs-core'
import { HolterError } from '../errors.ts'
import { clamp } from '../ir/fixed-point.ts'
import type { IntTensor, Shape } from '../ir/graph.ts'
import type { Op, Shaped } from './op.ts'
import { type Activation, activate, activationRange, activations } from './parts/activation.ts'
import { caseNode } from './parts/cases.ts'
import {
  type Channels,
  channelConstants,
  packChannels,
  packWideChannels,
  quantizationOf,
  quantizeChannels,
  rescale,
  shiftsOfChannels,
} from './parts/channels.ts'
import { indicesOf } from './parts/indices.ts'
import { type Padding, type Window, window } from './parts/window.ts'

export interface TransposeConvAttrs {
  readonly padding: Padding
  readonly strideH: number
  readonly strideW: number
  readonly activation: Activation
}

export interface TransposeConvPrepared extends Channels {
  /** The window of the convolution that this one turns around: its input is our output. */
  readonly window: Window
  /** Channels of our input. */
  readonly depth: number
  /** [O, kH, kW, C]. */
  readonly filter: Int8Array
  readonly inputZero: number
  readonly outputZero: number
  readonly min: number
  readonly max: number
}

/**
 * TRANSPOSE_CONV. Inputs: output shape (int32, constant), filter [O, kH, kW, C], x [N, H, W, C], bias [O] (optional; beside int16 also
 * int16, which TFLM widens for older files).
 */
export const transposeConv: Op<TransposeConvAttrs, TransposeConvPrepared> = {
  kind: 'transposeConv',
  truth: 'tflite-micro',
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 67,
    options: 49,
    read: o => ({
      padding: o.int8(0, 0) === 0 ? 'same' : 'valid',
      strideW: o.int32(1, 0),
      strideH: o.int32(2, 0),
      activation: activations[o.int8(3, 0)],
    }),
    write(builder, attrs) {
      builder.startObject(4)
      builder.addFieldInt8(0, attrs.padding === 'same' ? 0 : 1, 0)
      builder.addFieldInt32(1, attrs.strideW, 0)
      builder.addFieldInt32(2, attrs.strideH, 0)
      builder.addFieldInt8(3, activations.indexOf(attrs.activation), 0)
      return builder.endObject()
    },
  },
  outputShapes(attrs, [shape, filter, x]) {
    windowOf(attrs, shape, filter!.shape, x!.shape)
    return [indicesOf(shape, 'output shape')]
  },
  evaluate(tf, attrs, [shape, filter, x, bias]) {
    const hwoi = tf.transpose(filter!, [1, 2, 0, 3]) as tf.Tensor4D
    const out = [x!.shape[0], ...Array.from(shape!.dataSync()).slice(1)] as [number, number, number, number]
    const y = tf.conv2dTranspose(x as tf.Tensor4D, hwoi, out, [attrs.strideH, attrs.strideW], attrs.padding)
    return activate(tf, attrs.activation, bias ? tf.add(y, bias) : y)
  },
  quantization: { kind: 'calibrated' },
  quantizeConstants(_, [outputShape, filter, , bias], [input], form) {
    const { shape, data } = filter as { shape: number[]; data: Float32Array }
    const biases = bias?.data as Float32Array | undefined
    const quantized = quantizeChannels({ shape, data }, 0, biases, input.scale[0], form)
    return [
      { type: 'int32', shape: outputShape!.shape, data: Int32Array.from(outputShape!.data) },
      { type: 'int8', shape, ...quantized.weights },
      undefined,
      quantized.bias && { shape: bias!.shape, ...quantized.bias },
    ]
  },
  prepare(node) {
    const [shape, filter, x, bias] = node.inputs
    const [output] = node.outputs
    return {
      ...channelConstants(x!, filter!, widened(bias), output, filter!.shape[0], undefined, x!.type === 'int16'),
      ...activationRange(node.attrs.activation, output),
      window: windowOf(node.attrs, shape, filter!.shape, x!.shape),
      depth: x!.shape[3],
      filter: filter!.data as Int8Array,
      inputZero: quantizationOf(x!).zeroPoint[0],
      outputZero: quantizationOf(output).zeroPoint[0],
    }
  },
  shiftsOf: shiftsOfChannels,
  reference(p, [x], [y]) {
    const { window: w, depth } = p
    let at = 0
    for (let b = 0; b < w.batches; b++) {
      for (let oy = 0; oy < w.inH; oy++) {
        for (let ox = 0; ox < w.inW; ox++) {
          const taps = tapsOf(w, oy, ox)
          for (let o = 0; o < w.inC; o++) {
            let sum = p.bias[o]
            for (const { ky, kx, iy, ix } of taps) {
              const from = ((b * w.outH + iy) * w.outW + ix) * depth
              const weight = ((o * w.filterH + ky) * w.filterW + kx) * depth
              for (let c = 0; c < depth; c++) sum += (Number(x[from + c]) - p.inputZero) * p.filter[weight + c]
            }
            y[at++] = clamp(rescale(p, sum, o) + p.outputZero, p.min, p.max)
          }
        }
      }
    }
  },
  kernels: [
    {
      name: 'transpose-conv',
      emit(p, to) {
        const { window: w } = p
        const types = p.wide ? 'i16, i64' : 'i8, i32'
        return to.call('transpose-conv', `transposeConv<${types}>`, [
          ['input', to.input(0), w.batches, w.outH, w.outW, p.depth],
          ['output', to.output(0), w.inH, w.inW, w.inC],
          ['filter', to.data(p.filter, 16), w.filterH, w.filterW],
          ['channels', to.data(p.wide ? packWideChannels(p) : packChannels(p), p.wide ? 8 : 4)],
          ['stride', w.strideH, w.strideW],
          ['padding', w.padTop, w.padLeft],
          ['zero points', p.inputZero, p.outputZero],
          ['clamp', p.min, p.max],
        ])
      },
    },
  ],
  macs: ({ inputs: [, filter, x] }) =>
    filter!.shape.reduce((a, b) => a * b, 1) * x!.shape[0] * x!.shape[1] * x!.shape[2],
  cases: () => [
    transposed('twice as long', [1, 1, 7, 4], [3, 1, 5, 4], [1, 1, 14, 3], { strideW: 2 }),
    transposed('plane, valid', [1, 3, 4, 2], [5, 3, 2, 2], [1, 7, 8, 5], { strideH: 2, strideW: 2, padding: 'valid' }),
    transposed('stride above the filter', [1, 2, 3, 3], [2, 1, 2, 3], [1, 6, 9, 2], { strideH: 3, strideW: 3 }),
    transposed('without bias', [1, 1, 9, 8], [4, 1, 3, 8], [1, 1, 9, 4], {}, false),
    transposedInt16(),
  ],
}

/** Returns an int16 bias as int64. */
function widened(bias: IntTensor | undefined): IntTensor | undefined {
  if (bias?.type !== 'int16') return bias
  return { ...bias, type: 'int64', data: BigInt64Array.from(bias.data as Int16Array, BigInt) }
}

/** Filter taps that reach an output place, and the input place that each of them sees. */
function tapsOf(w: Window, oy: number, ox: number) {
  const taps: { ky: number; kx: number; iy: number; ix: number }[] = []
  for (let ky = 0; ky < w.filterH; ky++) {
    for (let kx = 0; kx < w.filterW; kx++) {
      const [iy, ix] = [(oy + w.padTop - ky) / w.strideH, (ox + w.padLeft - kx) / w.strideW]
      const reaches = Number.isInteger(iy) && Number.isInteger(ix) && iy >= 0 && ix >= 0 && iy < w.outH && ix < w.outW
      if (reaches) taps.push({ ky, kx, iy, ix })
    }
  }
  return taps
}

/** The ordinary convolution over our output must give our input's shape. */
function windowOf(attrs: TransposeConvAttrs, shape: Shaped | undefined, filter: Shape, x: Shape): Window {
  const out = indicesOf(shape, 'output shape')
  const w = window(attrs, out, filter[1], filter[2])
  if (w.outH === x[1] && w.outW === x[2] && out[0] === x[0] && out[3] === filter[0] && x[3] === filter[3]) return w
  throw new HolterError({
    stage: 'ops',
    where: 'transposeConv',
    problem: 'a convolution with these options would not turn the output back into the input',
    got: `[${x}] and filter [${filter}] to [${out}]`,
  })
}

function transposed(
  name: string,
  x: number[],
  filter: number[],
  out: number[],
  attrs: Partial<TransposeConvAttrs>,
  biased = true,
) {
  const all: TransposeConvAttrs = { strideH: 1, strideW: 1, padding: 'same', activation: 'none', ...attrs }
  const scale = Array.from({ length: filter[0] }, (_, i) => 0.004 * (1 + (i % 5)))
  const inputs = [
    { shape: [4], type: 'int32' as const, scale: 1, data: Int32Array.from(out) },
    { shape: filter, constant: 127, scale },
    { shape: x, scale: 0.05, zeroPoint: 3 },
    ...(biased
      ? [{ shape: [filter[0]], constant: 2000, type: 'int32' as const, scale: scale.map(s => s * 0.05) }]
      : []),
  ]
  return caseNode(name, 'transposeConv', all, inputs, [{ shape: out, scale: 0.1, zeroPoint: -7 }])
}

/** int16 with an int16 bias, as older converters wrote it. */
function transposedInt16() {
  const attrs: TransposeConvAttrs = { strideH: 1, strideW: 2, padding: 'same', activation: 'relu' }
  const inputs = [
    { shape: [4], type: 'int32' as const, scale: 1, data: Int32Array.of(1, 1, 14, 3) },
    { shape: [3, 1, 5, 4], constant: 127, scale: 0.004 },
    { shape: [1, 1, 7, 4], scale: 2e-4, type: 'int16' as const },
    { shape: [3], constant: 20000, type: 'int16' as const, scale: 8e-7 },
  ]
  const output = { shape: [1, 1, 14, 3], scale: 4e-4, type: 'int16' as const }
  return caseNode('int16 with an int16 bias', 'transposeConv', attrs, inputs, [output])
}
