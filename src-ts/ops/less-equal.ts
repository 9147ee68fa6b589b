import { comparison } from './parts/comparison.ts'

/** LESS_EQUAL: a ≤ b, as bool. */
export const lessEqual = comparison('lessEqual', 63)
