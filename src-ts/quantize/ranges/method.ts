import type { Range } from '../../ir/quantization-for.ts'
import type { Histogram } from './histogram.ts'

/** Where a tensor stands in the network. Outputs are never clipped: logits are ranked, and clipped ones would tie. */
export type Role = 'input' | 'between'

interface Named {
  /** kebab-case, equal to the file's name. */
  readonly name: string
  /** One line for --help. */
  readonly title: string
}

/** A rule that goes by the smallest and the largest value of each calibration record. */
interface ByRecords extends Named {
  readonly kind: 'records'
  range(records: readonly Range[], role: Role): Range
}

/** A rule that goes by all values of all calibration records. */
interface ByHistogram extends Named {
  readonly kind: 'histogram'
  range(seen: Histogram): Range
}

/** A rule that says what range a tensor's integers cover; what it returns need not hold 0. */
export type RangeMethod = ByRecords | ByHistogram
