import { BLOCK } from '../parts/sparse-filter.ts'
import { sparseLine } from '../parts/sparse-line.ts'

/**
 * CONV_2D of int8 along one axis whose weights that are not zero stand in blocks of four neighbouring input channels of one output: only such blocks are
 * multiplied, and stand in the file, five bytes each.
 */
export const conv2dSparseBlocks = sparseLine({
  name: 'conv2d-sparse-blocks',
  row: 'i32',
  start: 'sparseBlockSteps',
  stepBytes: 12,
  run: BLOCK,
  fits: p => p.window.inC % BLOCK === 0,
  stepsOf: blocks => blocks,
  stepCost: 0.95,
})
