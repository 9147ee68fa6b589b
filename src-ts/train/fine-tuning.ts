import type { Recipe } from '../networks/network.ts'

/** Learning rate of fine-tuning, as a share of the recipe's peak: enough to mend, not to forget. */
const FINE_TUNE_RATE = 0.1

/** A short training at a low rate; the augmentation of the recipe stays, a head for auxiliary labels would have to be learned anew. */
export function fineTuning(
  recipe: Recipe,
  epochs: number,
  learningRate = recipe.learningRate * FINE_TUNE_RATE,
): Recipe {
  return { ...recipe, auxiliary: 0, epochs, learningRate, schedule: 'cosine' }
}
