import { comparison } from './parts/comparison.ts'

/** GREATER: a > b, as bool. */
export const greater = comparison('greater', 61)
