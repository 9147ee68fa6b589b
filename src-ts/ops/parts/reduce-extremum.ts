import type { Op } from '../op.ts'
import { overOtherAxes } from './channelwise.ts'
import { quantizeIndices } from './indices.ts'
import {
  forEachReduced,
  type Reduction,
  type ReductionAttrs,
  reducedShape,
  reductionCase,
  reductionOf,
  reductionOptions,
  reductionSizes,
} from './reduction.ts'
import { requireEqualQuantization } from './same-quantization.ts'

/** What REDUCE_MAX (sign 1) and REDUCE_MIN (sign −1) have in common: all but their names, codes and real numbers. */
export function reduceExtremum(
  kind: 'reduceMax' | 'reduceMin',
  sign: 1 | -1,
  code: number,
): Omit<Op<ReductionAttrs, Reduction>, 'evaluate'> {
  return {
    kind,
    truth: 'tflite-micro',
    channelwise: overOtherAxes,
    tflite: { code, ...reductionOptions },
    outputShapes: (attrs, [x, axes]) => [reducedShape(x!.shape, axes, attrs.keepDims)],
    quantization: { kind: 'same-as-input' },
    quantizeConstants: quantizeIndices,
    prepare(node) {
      requireEqualQuantization(node)
      return reductionOf(node.inputs[0]!.shape, node.inputs[1], node.name)
    },
    reference(p, [x], [y]) {
      forEachReduced(p, (at, places) => {
        let largest = -Infinity
        for (const place of places) largest = Math.max(largest, sign * Number(x[place]))
        y[at] = sign * largest
      })
    },
    kernels: [
      {
        name: 'reduce-extremum',
        emit: (p, to) =>
          to.call('reduce-extremum', 'reduceExtremum', [
            ['input', to.input(0), ...reductionSizes(p)],
            ['flip', sign > 0 ? 0 : -1],
            ['output', to.output(0)],
          ]),
      },
    ],
    macs: () => 0,
    cases: () => [
      extremumCase(kind, 'over time', [1, 1, 32, 20], [1, 2]),
      extremumCase(kind, 'over channels', [1, 3, 10], [-1]),
      extremumCase(kind, 'dimensions kept', [1, 4, 4, 3], [1, 2], true),
      extremumCase(kind, 'everything', [2, 3, 4], [0, 1, 2], true),
      extremumCase(kind, 'rows and channels', [1, 4, 5, 3], [1, 3]),
    ],
  }
}

function extremumCase(kind: string, name: string, x: number[], axes: number[], keepDims = false) {
  const same = [0.03, -9] as const
  return reductionCase(kind, name, x, axes, [same, same], keepDims)
}
