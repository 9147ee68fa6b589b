import type { Op } from './op.ts'
import { type ArgExtremumAttrs, type ArgExtremumPrepared, argExtremum } from './parts/arg-extremum.ts'

/** ARG_MAX: the place of the largest value along an axis, the first of equals, as int32. Inputs: x, axis (int32, constant). */
export const argMax: Op<ArgExtremumAttrs, ArgExtremumPrepared> = {
  ...argExtremum('argMax', 1, { code: 56, options: 40 }),
  evaluate: (tf, _, [x, axis]) => tf.argMax(x!, axis!.dataSync()[0]),
}
