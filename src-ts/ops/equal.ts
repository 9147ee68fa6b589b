import { comparison } from './parts/comparison.ts'

/** EQUAL: a = b, as bool. */
export const equal = comparison('equal', 71)
