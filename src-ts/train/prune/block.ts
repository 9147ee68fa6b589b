import type { MaskMethod } from './method.ts'
import { cutSmallest } from './smallest.ts'

/** Neighbouring input channels that live or go together: four bytes side by side in a .tflite filter, [outputs, ...window, inputs]. */
export const BLOCK = 4

/** Blocks of 1 × 4, one output by four inputs, as TFLite's block-sparse kernels count them. */
export const block: MaskMethod = {
  kind: 'masks',
  name: 'block',
  title: `blocks of ${BLOCK} neighbouring input channels of one output, by L1`,
  masks: (kernels, amount) => cutSmallest(kernels, BLOCK, amount),
}
