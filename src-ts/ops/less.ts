import { comparison } from './parts/comparison.ts'

/** LESS: a < b, as bool. */
export const less = comparison('less', 58)
