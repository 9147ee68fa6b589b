import type { Op } from './op.ts'
import { reduceExtremum } from './parts/reduce-extremum.ts'
import type { Reduction, ReductionAttrs } from './parts/reduction.ts'

/** REDUCE_MAX. Inputs: x, axes (int32, constant). */
export const reduceMax: Op<ReductionAttrs, Reduction> = {
  ...reduceExtremum('reduceMax', 1, 82),
  evaluate: (tf, attrs, [x, axes]) => tf.max(x!, Array.from(axes!.dataSync()), attrs.keepDims),
}
