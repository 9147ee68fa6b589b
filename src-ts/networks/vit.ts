import type { Network } from './network.ts'
import { pictureRecipe } from './picture-recipe.ts'
import { type VisionTransformer, visionTransformer } from './vision-transformer.ts'

/** ViT-Ti/16 (Dosovitskiy et al., ICLR 2021; the size: Touvron et al., ICML 2021), for images of 224 × 224 × 3 and 1,000 labels. */
export const publishedVit: VisionTransformer = {
  name: 'vit',
  patches: [{ filters: 192, kernel: [16, 16], strides: [16, 16] }],
  heads: 3,
  hidden: 768,
  depth: 12,
  dropout: 0,
}

/**
 * Two convolutions make patches of 8 rows, .31 s, over the whole width, all leads: the first takes steps of a lead's width, which the
 * resizing has made 15 columns, the second joins the leads. Early convolutions let a transformer learn from few records (Xiao et al.,
 * NeurIPS 2021).
 */
export const leadPatches = [
  { filters: 16, kernel: [8, 14], strides: [4, 14] },
  { filters: 96, kernel: [3, 13], strides: [2, 13] },
] as const

const small: VisionTransformer = {
  name: 'vit',
  patches: leadPatches,
  heads: 3,
  hidden: 192,
  depth: 3,
  dropout: 0.1,
}

/** A vision transformer on the picture of a record. */
export const vit: Network = {
  name: 'vit',
  title: 'vision transformer on the record as a picture; 290 k parameters',
  task: 'ptbxl-superclass',
  recipe: pictureRecipe,
  build: (tf, shape, seed) => visionTransformer(small, tf, shape, seed),
}
