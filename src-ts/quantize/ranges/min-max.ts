import type { Range } from '../../ir/quantization-for.ts'
import type { RangeMethod } from './method.ts'

export const minMax: RangeMethod = {
  name: 'min-max',
  title: 'all values that were seen',
  kind: 'records',
  range: hull,
}

/** Returns the range of all values of all records. */
export function hull(records: readonly Range[]): Range {
  return {
    min: records.reduce((least, { min }) => Math.min(least, min), Infinity),
    max: records.reduce((most, { max }) => Math.max(most, max), -Infinity),
  }
}
