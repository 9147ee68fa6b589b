import type { Op } from './op.ts'
import { type ArgExtremumAttrs, type ArgExtremumPrepared, argExtremum } from './parts/arg-extremum.ts'

/** ARG_MIN: the place of the least value along an axis, the first of equals, as int32. Inputs: x, axis (int32, constant). */
export const argMin: Op<ArgExtremumAttrs, ArgExtremumPrepared> = {
  ...argExtremum('argMin', -1, { code: 79, options: 57 }),
  evaluate: (tf, _, [x, axis]) => tf.argMin(x!, axis!.dataSync()[0]),
}
