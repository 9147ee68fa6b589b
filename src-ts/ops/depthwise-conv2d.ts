import type * as tf from '@tensorflow/tfjs-core'
import { HolterError } from '../errors.ts'
import { clamp } from '../ir/fixed-point.ts'
import { elements } from '../ir/graph.ts'
import type { Conv2dAttrs } from './conv2d.ts'
import { conv2dInt16Of, type Int16Convolution } from './kernels/conv2d-int16.ts'
import { depthwiseConv2dPairs } from './kernels/depthwise-conv2d-pairs.ts'
import { depthwiseConv2dPixels } from './kernels/depthwise-conv2d-pixels.ts'
import { depthwiseConv2dRelaxed } from './kernels/depthwise-conv2d-relaxed.ts'
import type { Op } from './op.ts'
import { activate, activationRange, activations } from './parts/activation.ts'
import { caseNode } from './parts/cases.ts'
import {
  channelConstants,
  quantizationOf,
  quantizeWeightsAndBias,
  rescale,
  shiftsOfChannels,
} from './parts/channels.ts'
import { channelsFirst, type Depthwise } from './parts/depthwise.ts'
import { dilated } from './parts/dilation.ts'
import { window } from './parts/window.ts'

export interface DepthwiseConv2dAttrs extends Conv2dAttrs {
  /** Output channels per input channel: output channel c · depthMultiplier + m sees input channel c only. */
  readonly depthMultiplier: number
}

/** DEPTHWISE_CONV_2D. Inputs: x [N, H, W, C], filter [1, kH, kW, C · depthMultiplier], bias (optional). */
export const depthwiseConv2d: Op<DepthwiseConv2dAttrs, Depthwise> = {
  kind: 'depthwiseConv2d',
  truth: 'tflite-micro',
  linear: { outputAxis: 3 },
  channelwise: ({ inputs: [x, filter] }) => (filter!.shape[3] === x!.shape[3] ? [0, 1, 2] : undefined),
  fusesActivation: true,
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 4,
    options: 2,
    read: o => ({
      padding: o.int8(0, 0) === 0 ? 'same' : 'valid',
      strideW: o.int32(1, 0),
      strideH: o.int32(2, 0),
      depthMultiplier: o.int32(3, 0),
      activation: activations[o.int8(4, 0)],
      dilationW: o.int32(5, 1),
      dilationH: o.int32(6, 1),
    }),
    write(builder, attrs) {
      builder.startObject(7)
      builder.addFieldInt8(0, attrs.padding === 'same' ? 0 : 1, 0)
      builder.addFieldInt32(1, attrs.strideW, 0)
      builder.addFieldInt32(2, attrs.strideH, 0)
      builder.addFieldInt32(3, attrs.depthMultiplier, 0)
      builder.addFieldInt8(4, activations.indexOf(attrs.activation), 0)
      builder.addFieldInt32(5, attrs.dilationW, 1)
      builder.addFieldInt32(6, attrs.dilationH, 1)
      return builder.endObject()
    },
  },
  outputShapes(attrs, [x, filter]) {
    const w = window(attrs, x!.shape, filter!.shape[1], filter!.shape[2])
    return [[w.batches, w.outH, w.outW, filter!.shape[3]]]
  },
  evaluate(tf, attrs, [x, filter, bias]) {
    const [, filterH, filterW, outC] = filter!.shape
    const hwcm = tf.reshape(filter!, [
      filterH,
      filterW,
      outC / attrs.depthMultiplier,
      attrs.depthMultiplier,
    ]) as tf.Tensor4D
    const strides: [number, number] = [attrs.strideH, attrs.strideW]
    const taps = dilated(tf, hwcm, attrs.dilationH, attrs.dilationW)
    const y = tf.depthwiseConv2d(x as tf.Tensor4D, taps, strides, attrs.padding)
    return activate(tf, attrs.activation, bias ? tf.add(y, bias) : y)
  },
  quantization: { kind: 'calibrated' },
  quantizeConstants: quantizeWeightsAndBias(3),
  prepare(node) {
    const [x, filter, bias] = node.inputs
    const [output] = node.outputs
    const [, filterH, filterW, outC] = filter!.shape
    // TFLM takes the multiplier from the shapes and ignores the attribute.
    const depthMultiplier = outC / x!.shape[3]
    if (!Number.isInteger(depthMultiplier)) {
      throw new HolterError({
        stage: 'ops',
        where: node.name,
        problem: 'output channels are not a multiple of input channels',
        got: `${outC} and ${x!.shape[3]}`,
      })
    }
    return {
      ...channelConstants(x!, filter!, bias, output, outC, undefined, x!.type === 'int16'),
      ...activationRange(node.attrs.activation, output),
      window: window(node.attrs, x!.shape, filterH, filterW),
      depthMultiplier,
      filter: filter!.data as Int8Array,
      inputZero: quantizationOf(x!).zeroPoint[0],
      outputZero: quantizationOf(output).zeroPoint[0],
    }
  },
  shiftsOf: shiftsOfChannels,
  reference(p, [x], [y]) {
    const w = p.window
    const outC = w.inC * p.depthMultiplier
    let at = 0
    for (let b = 0; b < w.batches; b++) {
      for (let oy = 0; oy < w.outH; oy++) {
        for (let ox = 0; ox < w.outW; ox++) {
          for (let o = 0; o < outC; o++) {
            const c = Math.floor(o / p.depthMultiplier)
            let sum = p.bias[o]
            for (let ky = 0; ky < w.filterH; ky++) {
              const iy = oy * w.strideH - w.padTop + ky * w.dilationH
              if (iy < 0 || iy >= w.inH) continue
              for (let kx = 0; kx < w.filterW; kx++) {
                const ix = ox * w.strideW - w.padLeft + kx * w.dilationW
                if (ix < 0 || ix >= w.inW) continue
                const value = Number(x[((b * w.inH + iy) * w.inW + ix) * w.inC + c]) - p.inputZero
                sum += value * p.filter[(ky * w.filterW + kx) * outC + o]
              }
            }
            y[at++] = clamp(rescale(p, sum, o) + p.outputZero, p.min, p.max)
          }
        }
      }
    }
  },
  kernels: [depthwiseConv2dRelaxed, depthwiseConv2dPairs, depthwiseConv2dPixels, conv2dInt16Of(asConvolution)],
  macs: ({ inputs, outputs }) => elements(outputs[0].shape) * inputs[1]!.shape[1] * inputs[1]!.shape[2],
  cases: () => [
    depthwise('1x1, a scale per channel', [1, 1, 9, 20], [1, 1, 1, 20], {}),
    depthwise('time, same, zero point', [1, 1, 13, 8], [1, 1, 5, 8], { activation: 'relu' }),
    depthwise('plane, stride 2', [1, 7, 9, 11], [1, 3, 3, 11], { strideH: 2, strideW: 2, activation: 'relu6' }),
    depthwise('multiplier 3', [1, 1, 10, 4], [1, 1, 3, 12], { depthMultiplier: 3 }),
    depthwise('one channel becomes eight', [1, 12, 6, 1], [1, 5, 3, 8], { depthMultiplier: 8, strideH: 2, strideW: 2 }),
    depthwise('dilated, valid', [1, 1, 25, 16], [1, 1, 3, 16], { dilationW: 3, padding: 'valid' }),
  ],
}

/** A group for each input channel: the same products as a convolution. */
function asConvolution(p: Depthwise): Int16Convolution {
  const outC = p.window.inC * p.depthMultiplier
  return { ...p, outC, groups: p.window.inC, filter: channelsFirst(p) }
}

function depthwise(name: string, x: number[], filter: number[], attrs: Partial<DepthwiseConv2dAttrs>) {
  const all: DepthwiseConv2dAttrs = {
    strideH: 1,
    strideW: 1,
    dilationH: 1,
    dilationW: 1,
    padding: 'same',
    activation: 'none',
    depthMultiplier: 1,
    ...attrs,
  }
  const scale = Array.from({ length: filter[3] }, (_, i) => 0.01 * (1 + (i % 4)))
  const [shape] = depthwiseConv2d.outputShapes(all, [{ shape: x }, { shape: filter }])
  return caseNode<DepthwiseConv2dAttrs>(
    name,
    'depthwiseConv2d',
    all,
    [
      { shape: x, scale: 0.03, zeroPoint: -11 },
      { shape: filter, constant: 127, scale, axis: 3 },
      { shape: [filter[3]], constant: 900, type: 'int32', scale: scale.map(s => s * 0.03), axis: 0 },
    ],
    [{ shape, scale: 0.08, zeroPoint: 5 }],
  )
}
