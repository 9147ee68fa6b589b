import type { Channels } from './channels.ts'

/** What FULLY_CONNECTED prepares for its reference and its kernels. */
export interface Dense extends Channels {
  /** Input rows, each of `depth` bytes; every row gives one row of `outC`. */
  readonly rows: number
  readonly depth: number
  readonly outC: number
  /** [outC, depth]. */
  readonly filter: Int8Array
  readonly inputZero: number
  readonly outputZero: number
  readonly min: number
  readonly max: number
}
