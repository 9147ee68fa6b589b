import type { Recipe } from './network.ts'

/** How the networks of pictures train: the distortions act on the record, before it becomes a picture. */
export const pictureRecipe: Recipe = {
  epochs: 40,
  batchSize: 64,
  learningRate: 2e-3,
  schedule: 'one-cycle',
  weightDecay: 1e-5,
  augment: 'record',
  clipNorm: 1,
}
