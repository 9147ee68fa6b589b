import { comparison } from './parts/comparison.ts'

/** GREATER_EQUAL: a ≥ b, as bool. */
export const greaterEqual = comparison('greaterEqual', 62)
