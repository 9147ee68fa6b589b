import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { type Extent, imageLayers, pictureOf } from './image-layers.ts'
import type { Layers, Network, NetworkShape } from './network.ts'
import { ownLayers } from './own-layers.ts'
import { pictureRecipe } from './picture-recipe.ts'

/** Sizes of a ConvNeXt. */
export interface ConvNext {
  readonly stages: readonly Stage[]
  /** First value of the layer scale. */
  readonly layerScale: number
  readonly dropout: number
}

interface Stage {
  /** Height and width of the patches, which do not overlap, that a stage makes of what the one before left. */
  readonly patch: Extent
  readonly channels: number
  readonly blocks: number
}

/** ConvNeXt-T (Liu et al., CVPR 2022), for images of three channels and 1,000 labels. */
export const publishedConvNext: ConvNext = {
  stages: [
    { patch: [4, 4], channels: 96, blocks: 3 },
    { patch: [2, 2], channels: 192, blocks: 3 },
    { patch: [2, 2], channels: 384, blocks: 9 },
    { patch: [2, 2], channels: 768, blocks: 3 },
  ],
  layerScale: 1e-6,
  dropout: 0,
}

/**
 * First patches are of a lead's width, which the resizing has made 15 columns. The next two take four leads together, so that the last
 * stage has one column: a lead is known by its place in a patch, which pooling would forget.
 */
const small: ConvNext = {
  stages: [
    { patch: [2, 14], channels: 32, blocks: 1 },
    { patch: [2, 4], channels: 64, blocks: 1 },
    { patch: [2, 4], channels: 96, blocks: 2 },
  ],
  layerScale: 0.1,
  dropout: 0.2,
}

/**
 * Returns a ConvNeXt: a stem of patches; stages of blocks (depthwise 7 × 7, layer norm, four times wider, GELU, back, layer scale, added to
 * what came in), between which layer norm and a convolution of patches shrink the plane; a pooled head.
 */
export function buildConvNext(config: ConvNext, tf: Layers, shape: NetworkShape, seed: number): LayersModel {
  const { layers } = tf
  const { conv, depthwise, add, head } = imageLayers(tf, seed)
  const norm = (x: SymbolicTensor, name: string) =>
    layers.layerNormalization({ name: `${name}-norm`, epsilon: 1e-6 }).apply(x) as SymbolicTensor
  const block = (x: SymbolicTensor, name: string, channels: number) => {
    const mixed = norm(depthwise(x, `${name}-depthwise`, { kernel: [7, 7] }), name)
    const wide = conv(mixed, `${name}-wide`, { filters: 4 * channels, kernel: [1, 1] })
    const active = layers.activation({ name: `${name}-gelu`, activation: 'gelu' as never }).apply(wide)
    const narrow = conv(active as SymbolicTensor, `${name}-narrow`, { filters: channels, kernel: [1, 1] })
    const scale = ownLayers(tf).channelScale({ name: `${name}-scale`, start: config.layerScale })
    return add(x, scale.apply(narrow) as SymbolicTensor, name)
  }
  const { input, picture } = pictureOf(tf, shape)
  let x = picture
  for (const [i, { patch, channels, blocks }] of config.stages.entries()) {
    const stage = `stage${i + 1}`
    const patches = { filters: channels, kernel: patch, strides: patch }
    x = i === 0 ? norm(conv(x, 'stem', patches), 'stem') : conv(norm(x, `${stage}-in`), `${stage}-in`, patches)
    for (let j = 1; j <= blocks; j++) x = block(x, `${stage}-block${j}`, channels)
  }
  const pooled = layers.globalAveragePooling2d({ name: 'pool' }).apply(x) as SymbolicTensor
  const logits = head(norm(pooled, 'head'), shape.labels, config.dropout)
  return tf.model({ inputs: input, outputs: logits, name: 'convnext' })
}

/** A ConvNeXt on the picture of a record. */
export const convnext: Network = {
  name: 'convnext',
  title: 'ConvNeXt on the record as a picture; 273 k parameters',
  task: 'ptbxl-superclass',
  recipe: pictureRecipe,
  build: (tf, shape, seed) => buildConvNext(small, tf, shape, seed),
}
