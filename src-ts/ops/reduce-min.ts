import type { Op } from './op.ts'
import { reduceExtremum } from './parts/reduce-extremum.ts'
import type { Reduction, ReductionAttrs } from './parts/reduction.ts'

/** REDUCE_MIN. Inputs: x, axes (int32, constant). */
export const reduceMin: Op<ReductionAttrs, Reduction> = {
  ...reduceExtremum('reduceMin', -1, 89),
  evaluate: (tf, attrs, [x, axes]) => tf.min(x!, Array.from(axes!.dataSync()), attrs.keepDims),
}
