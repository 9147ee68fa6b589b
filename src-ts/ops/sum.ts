import { quantizeMultiplier } from '../ir/fixed-point.ts'
import { limitsOf } from '../ir/graph.ts'
import type { MeanPrepared } from './kernels/mean-lanes.ts'
import { mean } from './mean.ts'
import type { Op } from './op.ts'
import { quantizationOf } from './parts/channels.ts'
import { overOtherAxes } from './parts/channelwise.ts'
import { quantizeIndices } from './parts/indices.ts'
import { type ReductionAttrs, reducedShape, reductionCase, reductionOf, reductionOptions } from './parts/reduction.ts'

/** SUM: MEAN without its division. Inputs: x, axes (int32, constant). */
export const sum: Op<ReductionAttrs, MeanPrepared> = {
  kind: 'sum',
  truth: 'tflite-micro',
  channelwise: overOtherAxes,
  inputTypes: ['int8', 'int16'],
  tflite: { code: 74, ...reductionOptions },
  outputShapes: (attrs, [x, axes]) => [reducedShape(x!.shape, axes, attrs.keepDims)],
  evaluate: (tf, attrs, [x, axes]) => tf.sum(x!, Array.from(axes!.dataSync()), attrs.keepDims),
  quantization: { kind: 'calibrated' },
  quantizeConstants: quantizeIndices,
  prepare({ name, attrs, inputs: [x, axes], outputs: [y] }) {
    const [from, to] = [quantizationOf(x!), quantizationOf(y)]
    return {
      ...reductionOf(x!.shape, axes, name),
      ...quantizeMultiplier(from.scale[0] / to.scale[0]),
      inputZero: from.zeroPoint[0],
      outputZero: to.zeroPoint[0],
      arriving: attrs.arriving,
      ...limitsOf(y),
    }
  },
  reference: mean.reference,
  kernels: mean.kernels,
  macs: () => 0,
  cases: () => [
    sumCase('over time', [1, 1, 32, 20], [1, 2]),
    sumCase('over channels', [1, 3, 10], [-1]),
    sumCase('dimensions kept', [1, 4, 4, 3], [1, 2], true),
    sumCase('the scale of the input', [1, 1, 9, 4], [2], false, 0.03),
    sumCase('rows and channels', [1, 4, 5, 3], [1, 3]),
  ],
}

const sumCase = (name: string, x: number[], axes: number[], keepDims = false, outputScale = 0.3) =>
  reductionCase(
    'sum',
    name,
    x,
    axes,
    [
      [0.03, -9],
      [outputScale, -30],
    ],
    keepDims,
  )
