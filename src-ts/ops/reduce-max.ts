import type { Op } from './op.ts'
import { overOtherAxes } from './parts/channelwise.ts'
import { quantizeIndices } from './parts/indices.ts'
import {
  forEachReduced,
  type Reduction,
  type ReductionAttrs,
  reducedShape,
  reductionCase,
  reductionOf,
  reductionOptions,
  reductionSizes,
} from './parts/reduction.ts'
import { requireEqualQuantization } from './parts/same-quantization.ts'

/** REDUCE_MAX. Inputs: x, axes (int32, constant). */
export const reduceMax: Op<ReductionAttrs, Reduction> = {
  kind: 'reduceMax',
  truth: 'tflite-micro',
  channelwise: overOtherAxes,
  tflite: { code: 82, ...reductionOptions },
  outputShapes: (attrs, [x, axes]) => [reducedShape(x!.shape, axes, attrs.keepDims)],
  evaluate: (tf, attrs, [x, axes]) => tf.max(x!, Array.from(axes!.dataSync()), attrs.keepDims),
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare(node) {
    requireEqualQuantization(node)
    return reductionOf(node.inputs[0]!.shape, node.inputs[1], node.name)
  },
  reference(p, [x], [y]) {
    forEachReduced(p, (at, places) => {
      let largest = -128
      for (const place of places) largest = Math.max(largest, Number(x[place]))
      y[at] = largest
    })
  },
  kernels: [
    {
      name: 'reduce-max',
      emit: (p, to) =>
        to.call('reduce-max', 'reduceMax', [
          ['input', to.input(0), ...reductionSizes(p)],
          ['output', to.output(0)],
        ]),
    },
  ],
  macs: () => 0,
  cases: () => [
    maxCase('over time', [1, 1, 32, 20], [1, 2]),
    maxCase('over channels', [1, 3, 10], [-1]),
    maxCase('dimensions kept', [1, 4, 4, 3], [1, 2], true),
    maxCase('everything', [2, 3, 4], [0, 1, 2], true),
    maxCase('rows and channels', [1, 4, 5, 3], [1, 3]),
  ],
}

const maxCase = (name: string, x: number[], axes: number[], keepDims = false) =>
  reductionCase(
    'reduceMax',
    name,
    x,
    axes,
    [
      [0.03, -9],
      [0.03, -9],
    ],
    keepDims,
  )
