import { sparseLine } from '../parts/sparse-line.ts'

/**
 * CONV_2D of int8 along one axis whose filters have many zeros, in any pattern: only weights that are not zero are multiplied, and stand in
 * the file, two bytes each.
 */
export const conv2dSparse = sparseLine({
  name: 'conv2d-sparse',
  row: 'i16',
  start: 'sparseSteps',
  stepBytes: 8,
  run: 1,
  fits: () => true,
  stepsOf: weights => Math.ceil(weights / 2),
  stepCost: 0.68,
})
