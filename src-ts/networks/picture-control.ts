import { gapConvolutions } from './gap-cnn.ts'
import { PICTURE } from './image-layers.ts'
import type { Network } from './network.ts'
import { pictureRecipe } from './picture-recipe.ts'
import { stridedCnn } from './strided-cnn.ts'

const [first, ...others] = gapConvolutions

/** What the networks of pictures are measured by: `gap-cnn` on the record resampled to the rows of the picture, with steps of 1 at first. */
export const pictureControl: Network = stridedCnn({
  name: 'picture-control',
  title: 'gap-cnn on as few samples as a picture has rows: what pictures are compared with; 74 k parameters',
  task: 'ptbxl-superclass',
  recipe: { ...pictureRecipe, learningRate: 4e-3 },
  convolutions: [{ ...first, strides: 1 }, ...others],
  dropout: 0.3,
  resampled: PICTURE.rows,
})
