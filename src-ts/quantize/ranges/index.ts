import { entropy } from './entropy.ts'
import type { RangeMethod } from './method.ts'
import { minMax } from './min-max.ts'
import { mse } from './mse.ts'
import { percentile } from './percentile.ts'
import { records } from './records.ts'

/** Every rule for ranges, the default first: one file, one line. */
export const rangeMethods: readonly RangeMethod[] = [records, minMax, percentile, mse, entropy]
