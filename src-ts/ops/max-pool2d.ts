import type * as tf from '@tensorflow/tfjs-core'
import type { BuiltinOperator, Op } from './op.ts'
import { type Activation, activate, activationRange, activations } from './parts/activation.ts'
import { caseNode } from './parts/cases.ts'
import { oneInput } from './parts/channelwise.ts'
import { type Padding, startsInside, type Window, window } from './parts/window.ts'

export interface Pool2dAttrs {
  readonly filterH: number
  readonly filterW: number
  readonly strideH: number
  readonly strideW: number
  readonly padding: Padding
  readonly activation: Activation
}

export interface MaxPool2dPrepared {
  readonly window: Window
  readonly min: number
  readonly max: number
}

/** Pool2DOptions of TFLite's schema. */
export const pool2dOptions: Omit<BuiltinOperator<Pool2dAttrs>, 'code'> = {
  options: 5,
  read: o => ({
    padding: o.int8(0, 0) === 0 ? 'same' : 'valid',
    strideW: o.int32(1, 0),
    strideH: o.int32(2, 0),
    filterW: o.int32(3, 0),
    filterH: o.int32(4, 0),
    activation: activations[o.int8(5, 0)],
  }),
  write(builder, attrs) {
    builder.startObject(6)
    builder.addFieldInt8(0, attrs.padding === 'same' ? 0 : 1, 0)
    builder.addFieldInt32(1, attrs.strideW, 0)
    builder.addFieldInt32(2, attrs.strideH, 0)
    builder.addFieldInt32(3, attrs.filterW, 0)
    builder.addFieldInt32(4, attrs.filterH, 0)
    builder.addFieldInt8(5, activations.indexOf(attrs.activation), 0)
    return builder.endObject()
  },
}

/** MAX_POOL_2D over the taps inside the input; same scale and zero point in and out. */
export const maxPool2d: Op<Pool2dAttrs, MaxPool2dPrepared> = {
  kind: 'maxPool2d',
  truth: 'tflite-micro',
  channelwise: oneInput,
  fusesActivation: true,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 17, ...pool2dOptions },
  outputShapes(attrs, [x]) {
    const w = window(attrs, x!.shape, attrs.filterH, attrs.filterW)
    return [[w.batches, w.outH, w.outW, w.inC]]
  },
  evaluate(tf, attrs, [x]) {
    const pooled = tf.maxPool(
      x as tf.Tensor4D,
      [attrs.filterH, attrs.filterW],
      [attrs.strideH, attrs.strideW],
      attrs.padding,
    )
    return activate(tf, attrs.activation, pooled)
  },
  quantization: { kind: 'same-as-input' },
  prepare: ({ attrs, inputs, outputs }) => ({
    window: window(attrs, inputs[0]!.shape, attrs.filterH, attrs.filterW),
    ...activationRange(attrs.activation, outputs[0]),
  }),
  reference({ window: w, min, max }, [x], [y]) {
    let at = 0
    for (let b = 0; b < w.batches; b++) {
      for (let oy = 0; oy < w.outH; oy++) {
        for (let ox = 0; ox < w.outW; ox++) {
          for (let c = 0; c < w.inC; c++) {
            let largest = min
            for (let ky = 0; ky < w.filterH; ky++) {
              const iy = oy * w.strideH - w.padTop + ky
              if (iy < 0 || iy >= w.inH) continue
              for (let kx = 0; kx < w.filterW; kx++) {
                const ix = ox * w.strideW - w.padLeft + kx
                if (ix < 0 || ix >= w.inW) continue
                largest = Math.max(largest, Number(x[((b * w.inH + iy) * w.inW + ix) * w.inC + c]))
              }
            }
            y[at++] = Math.min(largest, max)
          }
        }
      }
    }
  },
  kernels: [
    {
      name: 'max-pool2d',
      inPlace: ({ window }) => (startsInside(window) ? [0] : []),
      emit: ({ window: w, min, max }, to) =>
        to.call('max-pool2d', `maxPool2d<${to.element.name}>`, [
          ['input', to.input(0), w.batches, w.inH, w.inW, w.inC],
          ['output', to.output(0), w.outH, w.outW],
          ['filter', w.filterH, w.filterW],
          ['stride', w.strideH, w.strideW],
          ['padding', w.padTop, w.padLeft],
          ['clamp', min, max],
        ]),
    },
  ],
  macs: () => 0,
  cases: () => [
    pool('time, 2 of 2', [1, 1, 10, 20], { filterW: 2, strideW: 2 }),
    pool('time, 3 of 1, border', [1, 1, 7, 16], { filterW: 3 }),
    pool('odd length, same', [1, 1, 9, 5], { filterW: 2, strideW: 2 }),
    pool('odd length, valid', [1, 1, 9, 33], { filterW: 2, strideW: 2, padding: 'valid' }),
    pool('plane, relu', [1, 6, 5, 3], { filterH: 3, filterW: 2, strideH: 2, activation: 'relu' }),
    pool('relu6', [1, 1, 4, 40], { filterW: 2, activation: 'relu6' }),
  ],
}

function pool(name: string, x: number[], attrs: Partial<Pool2dAttrs>) {
  const all: Pool2dAttrs = {
    filterH: 1,
    filterW: 1,
    strideH: 1,
    strideW: 1,
    padding: 'same',
    activation: 'none',
    ...attrs,
  }
  const [shape] = maxPool2d.outputShapes(all, [{ shape: x }])
  return caseNode<Pool2dAttrs>(
    name,
    'maxPool2d',
    all,
    [{ shape: x, scale: 0.1, zeroPoint: -20 }],
    [{ shape, scale: 0.1, zeroPoint: -20 }],
  )
}
