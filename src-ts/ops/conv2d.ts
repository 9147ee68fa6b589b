import type * as tf from '@tensorflow/tfjs-core'
import { HolterError } from '../errors.ts'
import { clamp } from '../ir/fixed-point.ts'
import { elements } from '../ir/graph.ts'
import { conv2dBlocks } from './kernels/conv2d-blocks.ts'
import { conv2dInt16 } from './kernels/conv2d-int16.ts'
import { conv2dRelaxed } from './kernels/conv2d-relaxed.ts'
import { conv2dSparse } from './kernels/conv2d-sparse.ts'
import { conv2dSparseBlocks } from './kernels/conv2d-sparse-blocks.ts'
import { conv2dTiles } from './kernels/conv2d-tiles.ts'
import { conv2dToomCook } from './kernels/conv2d-toom-cook.ts'
import { conv2dToomCookPlane } from './kernels/conv2d-toom-cook-plane.ts'
import { conv2dWindows } from './kernels/conv2d-windows.ts'
import type { Op } from './op.ts'
import { type Activation, activate, activationRange, activations } from './parts/activation.ts'
import { type CaseTensor, caseNode } from './parts/cases.ts'
import {
  channelConstants,
  quantizationOf,
  quantizeWeightsAndBias,
  rescale,
  shiftsOfChannels,
} from './parts/channels.ts'
import type { Convolution } from './parts/convolution.ts'
import { dilated } from './parts/dilation.ts'
import { type Padding, window } from './parts/window.ts'

export interface Conv2dAttrs {
  readonly strideH: number
  readonly strideW: number
  readonly dilationH: number
  readonly dilationW: number
  readonly padding: Padding
  readonly activation: Activation
}

/**
 * CONV_2D, also grouped. Inputs: x [N, H, W, C], filter [O, kH, kW, C / groups], bias [O] (optional).
 * With int16 TFLM adds in 64 bits, but for a bias of int32 in 32.
 */
export const conv2d: Op<Conv2dAttrs, Convolution> = {
  kind: 'conv2d',
  truth: 'tflite-micro',
  linear: { outputAxis: 0 },
  fusesActivation: true,
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 3,
    options: 1,
    read: o => ({
      padding: o.int8(0, 0) === 0 ? 'same' : 'valid',
      strideW: o.int32(1, 0),
      strideH: o.int32(2, 0),
      activation: activations[o.int8(3, 0)],
      dilationW: o.int32(4, 1),
      dilationH: o.int32(5, 1),
    }),
    write(builder, attrs) {
      builder.startObject(6)
      builder.addFieldInt8(0, attrs.padding === 'same' ? 0 : 1, 0)
      builder.addFieldInt32(1, attrs.strideW, 0)
      builder.addFieldInt32(2, attrs.strideH, 0)
      builder.addFieldInt8(3, activations.indexOf(attrs.activation), 0)
      builder.addFieldInt32(4, attrs.dilationW, 1)
      builder.addFieldInt32(5, attrs.dilationH, 1)
      return builder.endObject()
    },
  },
  outputShapes(attrs, [x, filter]) {
    const w = window(attrs, x!.shape, filter!.shape[1], filter!.shape[2])
    return [[w.batches, w.outH, w.outW, filter!.shape[0]]]
  },
  evaluate(tf, attrs, [x, filter, bias]) {
    const hwio = tf.transpose(filter!, [1, 2, 3, 0]) as tf.Tensor4D
    const strides: [number, number] = [attrs.strideH, attrs.strideW]
    const y = tf.conv2d(x as tf.Tensor4D, dilated(tf, hwio, attrs.dilationH, attrs.dilationW), strides, attrs.padding)
    return activate(tf, attrs.activation, bias ? tf.add(y, bias) : y)
  },
  quantization: { kind: 'calibrated' },
  quantizeConstants: quantizeWeightsAndBias(0),
  prepare(node) {
    const [x, filter, bias] = node.inputs
    const [output] = node.outputs
    const [outC, filterH, filterW, filterC] = filter!.shape
    const groups = x!.shape[3] / filterC
    if (!Number.isInteger(groups) || outC % groups) {
      throw new HolterError({
        stage: 'ops',
        where: node.name,
        problem: 'input channels do not divide into groups of the filter',
        got: `${x!.shape[3]} and ${filterC}`,
      })
    }
    return {
      ...channelConstants(x!, filter!, bias, output, outC, undefined, x!.type === 'int16' && bias?.type !== 'int32'),
      ...activationRange(node.attrs.activation, output),
      int16: x!.type === 'int16',
      window: window(node.attrs, x!.shape, filterH, filterW),
      outC,
      groups,
      filter: filter!.data as Int8Array,
      inputZero: quantizationOf(x!).zeroPoint[0],
      outputZero: quantizationOf(output).zeroPoint[0],
    }
  },
  shiftsOf: shiftsOfChannels,
  reference(p, [x], [y]) {
    const w = p.window
    const groupIn = w.inC / p.groups
    const groupOut = p.outC / p.groups
    const perFilter = w.filterH * w.filterW * groupIn
    let at = 0
    for (let b = 0; b < w.batches; b++) {
      for (let oy = 0; oy < w.outH; oy++) {
        for (let ox = 0; ox < w.outW; ox++) {
          const top = oy * w.strideH - w.padTop
          const left = ox * w.strideW - w.padLeft
          for (let o = 0; o < p.outC; o++) {
            const firstChannel = Math.floor(o / groupOut) * groupIn
            let sum = p.bias[o]
            for (let ky = 0; ky < w.filterH; ky++) {
              const iy = top + ky * w.dilationH
              if (iy < 0 || iy >= w.inH) continue
              for (let kx = 0; kx < w.filterW; kx++) {
                const ix = left + kx * w.dilationW
                if (ix < 0 || ix >= w.inW) continue
                const from = ((b * w.inH + iy) * w.inW + ix) * w.inC + firstChannel
                const tap = o * perFilter + (ky * w.filterW + kx) * groupIn
                for (let c = 0; c < groupIn; c++) {
                  sum += (Number(x[from + c]) - p.inputZero) * p.filter[tap + c]
                }
              }
            }
            y[at++] = clamp(rescale(p, sum, o) + p.outputZero, p.min, p.max)
          }
        }
      }
    }
  },
  kernels: [
    conv2dRelaxed,
    conv2dSparse,
    conv2dSparseBlocks,
    conv2dToomCook,
    conv2dToomCookPlane,
    conv2dBlocks,
    conv2dWindows,
    conv2dInt16,
    conv2dTiles,
  ],
  macs: ({ inputs, outputs }) => elements(outputs[0].shape) * elements(inputs[1]!.shape.slice(1)),
  cases: () => [
    conv('1x1', [1, 1, 5, 8], [4, 1, 1, 8], {}),
    conv('time, same, stride 2, odd length', [1, 1, 11, 12], [5, 1, 7, 12], { strideW: 2, activation: 'relu' }),
    conv('time, same, even filter', [1, 1, 9, 3], [6, 1, 4, 3], {}),
    conv('filter longer than input', [1, 1, 3, 5], [2, 1, 7, 5], {}),
    conv('time, valid', [1, 1, 20, 4], [8, 1, 10, 4], { padding: 'valid', activation: 'relu6' }),
    conv('plane, same, stride 2', [1, 9, 7, 3], [8, 3, 3, 3], { strideH: 2, strideW: 2 }),
    conv('plane, valid, tall filter', [1, 10, 4, 1], [7, 10, 4, 1], { padding: 'valid' }),
    conv('dilated', [1, 1, 30, 6], [4, 1, 3, 6], { dilationW: 4 }),
    conv('dilated plane', [1, 8, 8, 2], [3, 3, 3, 2], { dilationH: 2, dilationW: 2 }),
    conv('grouped', [1, 1, 12, 8], [6, 1, 3, 4], {}),
    conv('no bias, one channel', [1, 1, 17, 1], [1, 1, 5, 1], { activation: 'reluN1To1' }, { bias: false }),
    conv('multiplier above 1', [1, 1, 6, 4], [5, 1, 3, 4], {}, { outputScale: 0.0001 }),
    conv(
      'tiny multiplier, zero point at the edge',
      [1, 1, 6, 4],
      [5, 1, 3, 4],
      {},
      { outputScale: 1e6, inputZero: -128 },
    ),
    conv('a bias beyond the room of tiles', [1, 1, 7, 5], [6, 1, 3, 5], {}, { firstBias: 2 ** 30 }),
    conv('zero filter', [1, 1, 6, 4], [5, 1, 3, 4], {}, { weights: 0 }),
  ],
}

function conv(
  name: string,
  x: number[],
  filter: number[],
  attrs: Partial<Conv2dAttrs>,
  options: { bias?: boolean; outputScale?: number; inputZero?: number; weights?: number; firstBias?: number } = {},
) {
  const all: Conv2dAttrs = {
    strideH: 1,
    strideW: 1,
    dilationH: 1,
    dilationW: 1,
    padding: 'same',
    activation: 'none',
    ...attrs,
  }
  const scale = filter.slice(0, 1).flatMap(n => Array.from({ length: n }, (_, i) => 0.004 * (1 + (i % 5))))
  const inputs: (CaseTensor | undefined)[] = [
    { shape: x, scale: 0.05, zeroPoint: options.inputZero ?? 3 },
    { shape: filter, constant: options.weights ?? 127, scale, axis: 0 },
    options.bias === false
      ? undefined
      : {
          shape: [filter[0]],
          constant: 2000,
          type: 'int32',
          scale: scale.map(s => s * 0.05),
          axis: 0,
          ...(options.firstBias && { data: Int32Array.from(scale, (_, i) => (i ? 300 * i : options.firstBias!)) }),
        },
  ]
  const [shape] = conv2d.outputShapes(all, [{ shape: x }, { shape: filter }])
  return caseNode<Conv2dAttrs>(name, 'conv2d', all, inputs, [
    { shape, scale: options.outputScale ?? 0.2, zeroPoint: -7 },
  ])
}
