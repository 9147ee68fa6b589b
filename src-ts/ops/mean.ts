import { clamp, quantizeMultiplier, requantize } from '../ir/fixed-point.ts'
import { limitsOf } from '../ir/graph.ts'
import { type MeanPrepared, meanLanes } from './kernels/mean-lanes.ts'
import { runningMean } from './kernels/running-mean.ts'
import type { Op } from './op.ts'
import { quantizationOf } from './parts/channels.ts'
import { overOtherAxes } from './parts/channelwise.ts'
import { quantizeIndices } from './parts/indices.ts'
import {
  forEachReduced,
  type ReductionAttrs,
  reducedShape,
  reductionCase,
  reductionOf,
  reductionOptions,
  reductionSizes,
} from './parts/reduction.ts'

/** MEAN. Inputs: x, axes (int32, constant). */
export const mean: Op<ReductionAttrs, MeanPrepared> = {
  kind: 'mean',
  truth: 'tflite-micro',
  channelwise: overOtherAxes,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 40, ...reductionOptions },
  outputShapes: (attrs, [x, axes]) => [reducedShape(x!.shape, axes, attrs.keepDims)],
  evaluate: (tf, attrs, [x, axes]) => tf.mean(x!, Array.from(axes!.dataSync()), attrs.keepDims),
  quantization: { kind: 'calibrated' },
  quantizeConstants: quantizeIndices,
  prepare(node) {
    const [x, axes] = node.inputs
    const [output] = node.outputs
    const reduction = reductionOf(x!.shape, axes, node.name)
    const fixed = quantizeMultiplier(quantizationOf(x!).scale[0] / quantizationOf(output).scale[0])
    return {
      ...reduction,
      ...divide(fixed.multiplier, fixed.shift, reduction.first * reduction.second),
      inputZero: quantizationOf(x!).zeroPoint[0],
      outputZero: quantizationOf(output).zeroPoint[0],
      arriving: node.attrs.arriving,
      ...limitsOf(output),
    }
  },
  shiftsOf: ({ shift }) => [shift],
  reference(p, [x], [y]) {
    forEachReduced(p, (at, places) => {
      let sum = 0
      for (const place of places) sum += Number(x[place]) - p.inputZero
      y[at] = clamp(requantize(sum, p.multiplier, p.shift) + p.outputZero, p.min, p.max)
    })
  },
  kernels: [
    {
      name: 'mean',
      emit: (p, to) =>
        to.call('mean', `mean<${to.element.name}>`, [
          ['input', to.input(0), ...reductionSizes(p)],
          ['output', to.output(0)],
          ['scale', p.multiplier, p.shift],
          ['zero points', p.inputZero, p.outputZero],
          ['clamp', p.min, p.max],
        ]),
    },
    meanLanes,
    runningMean,
  ],
  macs: () => 0,
  cases: () => [
    meanCase('over time', [1, 1, 32, 20], [1, 2]),
    meanCase('over time, odd count', [1, 1, 63, 5], [2]),
    meanCase('over the plane', [1, 5, 7, 6], [1, 2]),
    meanCase('dimensions kept', [1, 4, 4, 3], [1, 2], true),
    meanCase('negative axis', [1, 3, 10], [-1]),
    meanCase('ratio above 1', [1, 1, 9, 4], [1, 2], false, 0.004),
    meanCase('rows and channels', [1, 4, 5, 3], [1, 3]),
    meanCase('first and last', [2, 3, 4], [0, -1], true),
  ],
}

/**
 * Folds the division by `count` into the multiplier, as TFLM does: it keeps as many bits as the shift leaves,
 * and the quotient is truncated. Source: TFLM reduce_common.cc / reference_ops QuantizedMeanOrSum.
 */
function divide(multiplier: number, shift: number, count: number): { multiplier: number; shift: number } {
  const bits = Math.min(31 - Math.clz32(count), 31 + shift)
  return {
    multiplier: Number(((BigInt(multiplier) << BigInt(bits)) / BigInt(count)) & 0xffffffffn) | 0,
    shift: shift - bits,
  }
}

const meanCase = (name: string, x: number[], axes: number[], keepDims = false, outputScale = 0.021) =>
  reductionCase(
    'mean',
    name,
    x,
    axes,
    [
      [0.03, -90],
      [outputScale, -30],
    ],
    keepDims,
  )
