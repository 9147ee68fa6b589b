import type { Network } from './network.ts'
import { pictureRecipe } from './picture-recipe.ts'
import { type VisionTransformer, visionTransformer } from './vision-transformer.ts'

/**
 * Three convolutions make patches of 45 rows, the distance of two traces, and 32 columns, 1.28 s: one that sees lines, one that sees how they run, and
 * one that puts heights and times together. Two patches hold a lead, eight the rhythm strip.
 */
const tracePatches = [
  { filters: 16, kernel: [8, 4], strides: [4, 2] },
  { filters: 32, kernel: [4, 4], strides: [4, 2] },
  { filters: 96, kernel: [3, 8], strides: [3, 8] },
] as const

const small: VisionTransformer = {
  name: 'vit-drawn',
  patches: tracePatches,
  between: 'relu',
  heads: 3,
  hidden: 192,
  depth: 3,
  dropout: 0.1,
}

/** A vision transformer on a record as it is drawn on ECG paper. */
export const vitDrawn: Network = {
  name: 'vit-drawn',
  title: 'vision transformer on the record as it is drawn on ECG paper; 311 k parameters',
  task: 'ptbxl-superclass',
  recipe: pictureRecipe,
  drawn: true,
  build: (tf, shape, seed) => visionTransformer(small, tf, shape, seed),
}
