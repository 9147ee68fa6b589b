import type * as tf from '@tensorflow/tfjs-core'
import { HolterError } from '../errors.ts'
import { clamp } from '../ir/fixed-point.ts'
import { elements, type Shape } from '../ir/graph.ts'
import { conv2dInt16Of, type Int16Convolution } from './kernels/conv2d-int16.ts'
import { fullyConnectedBlocks } from './kernels/fully-connected-blocks.ts'
import { fullyConnectedRelaxed } from './kernels/fully-connected-relaxed.ts'
import { fullyConnectedRows } from './kernels/fully-connected-rows.ts'
import { fullyConnectedSparse } from './kernels/fully-connected-sparse.ts'
import { fullyConnectedSparseBlocks } from './kernels/fully-connected-sparse-blocks.ts'
import { fullyConnectedTiles } from './kernels/fully-connected-tiles.ts'
import type { Op } from './op.ts'
import { type Activation, activate, activationRange, activations } from './parts/activation.ts'
import { caseNode } from './parts/cases.ts'
import {
  channelConstants,
  quantizationOf,
  quantizeWeightsAndBias,
  rescale,
  shiftsOfChannels,
} from './parts/channels.ts'
import type { Dense } from './parts/dense.ts'
import { window } from './parts/window.ts'

export interface FullyConnectedAttrs {
  readonly activation: Activation
  /** Keep the leading axes of the input instead of flattening them to one. */
  readonly keepNumDims: boolean
}

/** FULLY_CONNECTED. Inputs: x, weights [out, in] (per tensor or per channel), bias [out] (optional). */
export const fullyConnected: Op<FullyConnectedAttrs, Dense> = {
  kind: 'fullyConnected',
  truth: 'tflite-micro',
  linear: { outputAxis: 0 },
  fusesActivation: true,
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 9,
    options: 8,
    read: o => ({ activation: activations[o.int8(0, 0)], keepNumDims: o.bool(2, false) }),
    write(builder, attrs) {
      builder.startObject(5)
      builder.addFieldInt8(0, activations.indexOf(attrs.activation), 0)
      builder.addFieldInt8(2, attrs.keepNumDims ? 1 : 0, 0)
      return builder.endObject()
    },
  },
  outputShapes(attrs, [x, weights]) {
    const [out, depth] = weights!.shape
    const rows = rowsOf(x!.shape, depth, 'fullyConnected')
    return [attrs.keepNumDims ? [...x!.shape.slice(0, -1), out] : [rows, out]]
  },
  evaluate(tf, attrs, [x, weights, bias]) {
    const [out, depth] = weights!.shape
    const flat = tf.reshape(x!, [-1, depth]) as tf.Tensor2D
    const product = tf.matMul(flat, weights as tf.Tensor2D, false, true)
    const y = activate(tf, attrs.activation, bias ? tf.add(product, bias) : product)
    return attrs.keepNumDims ? tf.reshape(y, [...x!.shape.slice(0, -1), out]) : y
  },
  quantization: { kind: 'calibrated' },
  quantizeConstants: quantizeWeightsAndBias(0),
  prepare(node) {
    const [x, weights, bias] = node.inputs
    const [output] = node.outputs
    const [outC, depth] = weights!.shape
    const perChannel = quantizationOf(weights!).scale.length > 1
    // TFLM rounds the product to float32 when the weights have one scale: seen as ±1 in outputs when it is not done.
    const product = perChannel ? undefined : (a: number, b: number) => Math.fround(a * b)
    return {
      ...channelConstants(x!, weights!, bias, output, outC, product, x!.type === 'int16' && bias?.type !== 'int32'),
      ...activationRange(node.attrs.activation, output),
      rows: rowsOf(x!.shape, depth, node.name),
      depth,
      outC,
      filter: weights!.data as Int8Array,
      inputZero: quantizationOf(x!).zeroPoint[0],
      outputZero: quantizationOf(output).zeroPoint[0],
    }
  },
  shiftsOf: shiftsOfChannels,
  reference(p, [x], [y]) {
    for (let row = 0; row < p.rows; row++) {
      for (let o = 0; o < p.outC; o++) {
        let sum = p.bias[o]
        for (let i = 0; i < p.depth; i++) {
          sum += (Number(x[row * p.depth + i]) - p.inputZero) * p.filter[o * p.depth + i]
        }
        y[row * p.outC + o] = clamp(rescale(p, sum, o) + p.outputZero, p.min, p.max)
      }
    }
  },
  kernels: [
    fullyConnectedRows,
    fullyConnectedRelaxed,
    fullyConnectedSparse,
    fullyConnectedSparseBlocks,
    fullyConnectedBlocks,
    conv2dInt16Of(asConvolution),
    fullyConnectedTiles,
  ],
  macs: ({ inputs }) => elements(inputs[0]!.shape) * inputs[1]!.shape[0],
  cases: () => [
    dense('per channel', [1, 40], [5, 40], {}),
    dense('per tensor', [1, 33], [7, 33], {}, { perTensor: true }),
    dense('relu', [1, 64], [12, 64], { activation: 'relu' }),
    dense('several rows', [6, 24], [4, 24], { activation: 'relu6' }, { perTensor: true }),
    dense('flattened input', [1, 2, 3, 8], [9, 48], {}),
    dense('rows kept', [1, 5, 16], [3, 16], { keepNumDims: true }),
    dense('no bias, one output', [1, 3], [1, 3], {}, { bias: false }),
    dense('a bias beyond the room of tiles', [3, 20], [6, 20], {}, { firstBias: 2 ** 30 }),
    longInt16(),
    longInt16(Int32Array.of(5, -5)),
  ],
}

/** Every row as a pixel of a 1×1 convolution. */
function asConvolution(p: Dense): Int16Convolution {
  const pixels = window({ strideH: 1, strideW: 1, padding: 'valid' }, [1, 1, p.rows, p.depth], 1, 1)
  return { ...p, window: pixels, groups: 1 }
}

/** TFLite flattens every input to rows of the weights' depth. */
function rowsOf(x: Shape, depth: number, where: string): number {
  const rows = elements(x) / depth
  if (Number.isInteger(rows)) return rows
  throw new HolterError({
    stage: 'ops',
    where,
    problem: 'input does not divide into rows of the weights',
    got: `[${x}]`,
    expected: `a multiple of ${depth}`,
  })
}

function dense(
  name: string,
  x: number[],
  weights: number[],
  attrs: Partial<FullyConnectedAttrs>,
  options: { perTensor?: boolean; bias?: boolean; firstBias?: number } = {},
) {
  const all: FullyConnectedAttrs = { activation: 'none', keepNumDims: false, ...attrs }
  const scale = options.perTensor ? [0.0173] : Array.from({ length: weights[0] }, (_, i) => 0.011 * (1 + (i % 3)))
  const bias = {
    shape: [weights[0]],
    constant: 3000,
    type: 'int32' as const,
    scale: scale.map(s => s * 0.021),
    axis: 0,
    ...(options.firstBias && { data: Int32Array.from(scale, (_, i) => (i ? 500 * i : options.firstBias!)) }),
  }
  const [shape] = fullyConnected.outputShapes(all, [{ shape: x }, { shape: weights }])
  return caseNode<FullyConnectedAttrs>(
    name,
    'fullyConnected',
    all,
    [
      { shape: x, scale: 0.021, zeroPoint: 9 },
      { shape: weights, constant: 127, scale, axis: 0 },
      options.bias === false ? undefined : bias,
    ],
    [{ shape, scale: 0.11, zeroPoint: 2 }],
  )
}

/** int16 with so many products of one sign that sums of 32 bits wrap; TFLM has such sums where the bias is int32. */
function longInt16(bias?: Int32Array) {
  const attrs: FullyConnectedAttrs = { activation: 'none', keepNumDims: false }
  const depth = 2100
  const inputs = [
    { shape: [1, depth], scale: 1e-4, type: 'int16' as const },
    { shape: [2, depth], scale: 0.01, data: new Int8Array(2 * depth).fill(-127) },
    bias && { shape: [2], scale: 1e-6, type: 'int32' as const, data: bias },
  ]
  const output = { shape: [1, 2], scale: 0.1, type: 'int16' as const }
  return caseNode(`long int16${bias ? ', int32 bias' : ''}`, 'fullyConnected', attrs, inputs, [output])
}
