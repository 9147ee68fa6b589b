import type { Network } from './network.ts'
import { pictureRecipe } from './picture-recipe.ts'
import { TOKEN_LOGITS, type VisionTransformer, visionTransformer } from './vision-transformer.ts'
import { leadPatches, publishedVit } from './vit.ts'

/** DeiT-Ti⚗/16 (Touvron et al., ICML 2021), for images of 224 × 224 × 3 and 1,000 labels. */
export const publishedDeit: VisionTransformer = { ...publishedVit, name: 'deit', distilled: true }

const small: VisionTransformer = {
  name: 'deit',
  patches: leadPatches,
  heads: 3,
  hidden: 192,
  depth: 3,
  dropout: 0.1,
  distilled: true,
}

/** A vision transformer with a distillation token: labels teach one token, teachers the other. Without teachers both learn labels. */
export const deit: Network = {
  name: 'deit',
  title: 'vision transformer with a distillation token on the record as a picture; 291 k parameters',
  task: 'ptbxl-superclass',
  recipe: pictureRecipe,
  taughtAt: TOKEN_LOGITS,
  build: (tf, shape, seed) => visionTransformer(small, tf, shape, seed),
}
