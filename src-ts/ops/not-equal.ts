import { comparison } from './parts/comparison.ts'

/** NOT_EQUAL: a ≠ b, as bool. */
export const notEqual = comparison('notEqual', 72)
