import type * as tf from '@tensorflow/tfjs-core'
import { clamp } from '../ir/fixed-point.ts'
import { maxPool2d, type Pool2dAttrs, pool2dOptions } from './max-pool2d.ts'
import type { Op } from './op.ts'
import { activate, activationRange } from './parts/activation.ts'
import { caseNode } from './parts/cases.ts'
import { oneInput } from './parts/channelwise.ts'
import { requireSameQuantization } from './parts/same-quantization.ts'
import { startsInside, type Window, window } from './parts/window.ts'

export interface AveragePool2dPrepared {
  readonly window: Window
  readonly min: number
  readonly max: number
}

/** AVERAGE_POOL_2D over the taps inside the input, rounded half away from zero; same scale and zero point in and out. */
export const averagePool2d: Op<Pool2dAttrs, AveragePool2dPrepared> = {
  kind: 'averagePool2d',
  truth: 'tflite-micro',
  channelwise: oneInput,
  fusesActivation: true,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 1, ...pool2dOptions },
  outputShapes: maxPool2d.outputShapes,
  evaluate(tf, attrs, [x]) {
    const { filterH, filterW, strideH, strideW, padding } = attrs
    return activate(tf, attrs.activation, tf.avgPool(x as tf.Tensor4D, [filterH, filterW], [strideH, strideW], padding))
  },
  quantization: { kind: 'same-as-input' },
  prepare(node) {
    requireSameQuantization(node)
    const { attrs, inputs, outputs } = node
    return {
      window: window(attrs, inputs[0]!.shape, attrs.filterH, attrs.filterW),
      ...activationRange(attrs.activation, outputs[0]),
    }
  },
  reference({ window: w, min, max }, [x], [y]) {
    let at = 0
    for (let b = 0; b < w.batches; b++) {
      for (let oy = 0; oy < w.outH; oy++) {
        const [top, bottom] = inside(oy * w.strideH - w.padTop, w.filterH, w.inH)
        for (let ox = 0; ox < w.outW; ox++) {
          const [left, right] = inside(ox * w.strideW - w.padLeft, w.filterW, w.inW)
          const count = (bottom - top) * (right - left)
          for (let c = 0; c < w.inC; c++) {
            let sum = 0
            for (let iy = top; iy < bottom; iy++) {
              for (let ix = left; ix < right; ix++) sum += Number(x[((b * w.inH + iy) * w.inW + ix) * w.inC + c])
            }
            const half = Math.trunc(count / 2)
            y[at++] = clamp(Math.trunc((sum > 0 ? sum + half : sum - half) / count), min, max)
          }
        }
      }
    }
  },
  kernels: [
    {
      name: 'average-pool2d',
      inPlace: ({ window }) => (startsInside(window) ? [0] : []),
      emit: ({ window: w, min, max }, to) =>
        to.call('average-pool2d', `averagePool2d<${to.element.name}>`, [
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
    pool('time, 3 of 1, border', [1, 1, 7, 5], { filterW: 3 }),
    pool('odd length, same', [1, 1, 9, 5], { filterW: 2, strideW: 2 }),
    pool('odd length, valid', [1, 1, 9, 3], { filterW: 4, strideW: 2, padding: 'valid' }),
    pool('plane, relu', [1, 6, 5, 3], { filterH: 3, filterW: 2, strideH: 2, activation: 'relu' }),
    pool('whole plane, relu6', [1, 5, 7, 4], { filterH: 5, filterW: 7, padding: 'valid', activation: 'relu6' }),
  ],
}

/** The first tap inside the input and the one after the last. */
function inside(start: number, taps: number, size: number): [number, number] {
  return [Math.max(start, 0), Math.min(start + taps, size)]
}

function pool(name: string, x: number[], attrs: Partial<Pool2dAttrs>) {
  const window = { filterH: 1, filterW: 1, strideH: 1, strideW: 1 } as const
  const all: Pool2dAttrs = { ...window, padding: 'same', activation: 'none', ...attrs }
  const [shape] = averagePool2d.outputShapes(all, [{ shape: x }])
  const quantization = { scale: 0.1, zeroPoint: -20 }
  return caseNode<Pool2dAttrs>(
    name,
    'averagePool2d',
    all,
    [{ shape: x, ...quantization }],
    [{ shape, ...quantization }],
  )
}
