import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { type Extent, type ImageConvolution, imageLayers, pictureOf } from './image-layers.ts'
import type { Layers, Network, NetworkShape } from './network.ts'
import { ownLayers } from './own-layers.ts'
import { pictureRecipe } from './picture-recipe.ts'

/** A stage of equal blocks; the first one takes the strides. */
interface Stage {
  /** Fused blocks have one 3 × 3 convolution where the others have a 1 × 1, a depthwise 3 × 3 and squeeze-and-excite. */
  readonly fused: boolean
  /** How many times wider than its input a block is inside. */
  readonly expansion: number
  readonly channels: number
  readonly strides: Extent
  readonly blocks: number
}

/** Sizes of an EfficientNetV2. */
export interface EfficientNetV2 {
  readonly stem: ImageConvolution
  readonly stages: readonly Stage[]
  /** Channels before the pooled head. */
  readonly head: number
  readonly activation: 'swish' | 'hard-swish'
  readonly dropout: number
}

/** EfficientNetV2-S (Tan and Le, ICML 2021), for images of three channels and 1,000 labels. */
export const publishedEfficientNetV2: EfficientNetV2 = {
  stem: { filters: 24, kernel: [3, 3], strides: [2, 2] },
  stages: [
    { fused: true, expansion: 1, channels: 24, strides: [1, 1], blocks: 2 },
    { fused: true, expansion: 4, channels: 48, strides: [2, 2], blocks: 4 },
    { fused: true, expansion: 4, channels: 64, strides: [2, 2], blocks: 4 },
    { fused: false, expansion: 4, channels: 128, strides: [2, 2], blocks: 6 },
    { fused: false, expansion: 6, channels: 160, strides: [1, 1], blocks: 9 },
    { fused: false, expansion: 6, channels: 256, strides: [2, 2], blocks: 15 },
  ],
  head: 1280,
  activation: 'swish',
  dropout: 0.2,
}

/** The stem takes steps of a lead's width, which the resizing has made 15 columns; hard-swish is a table in int8. */
const small: EfficientNetV2 = {
  stem: { filters: 16, kernel: [6, 14], strides: [4, 14] },
  stages: [
    { fused: true, expansion: 2, channels: 24, strides: [2, 1], blocks: 1 },
    { fused: false, expansion: 4, channels: 32, strides: [2, 2], blocks: 1 },
    { fused: false, expansion: 4, channels: 64, strides: [2, 2], blocks: 2 },
  ],
  head: 192,
  activation: 'hard-swish',
  dropout: 0.2,
}

/** Returns an EfficientNetV2: a stem, stages of fused and plain inverted bottlenecks with batch norm, and a pooled head. */
export function buildEfficientNetV2(
  config: EfficientNetV2,
  tf: Layers,
  shape: NetworkShape,
  seed: number,
): LayersModel {
  const { layers } = tf
  const { conv, depthwise, add, head } = imageLayers(tf, seed)
  const norm = (x: SymbolicTensor, name: string) =>
    layers.batchNormalization({ name: `${name}-norm`, momentum: 0.9 }).apply(x) as SymbolicTensor
  const activate = (x: SymbolicTensor, name: string) => {
    const own = { name: `${name}-${config.activation}` }
    const layer =
      config.activation === 'swish'
        ? layers.activation({ ...own, activation: 'swish' as never })
        : ownLayers(tf).hardSwish(own)
    return layer.apply(x) as SymbolicTensor
  }
  const normed = (
    x: SymbolicTensor,
    name: string,
    filters: number,
    kernel: Extent = [1, 1],
    strides: Extent = [1, 1],
  ) => norm(conv(x, name, { filters, kernel, strides, bias: false }), name)
  /** Squeeze-and-excite (Hu, Shen and Sun, CVPR 2018), narrowed to a quarter of the block's input. */
  const excited = (x: SymbolicTensor, name: string, narrow: number) => {
    const wide = x.shape.at(-1) as number
    const pooled = layers.globalAveragePooling2d({ name: `${name}-squeeze` }).apply(x)
    let share = layers.reshape({ name: `${name}-plane`, targetShape: [1, 1, wide] }).apply(pooled) as SymbolicTensor
    share = activate(conv(share, `${name}-narrow`, { filters: narrow, kernel: [1, 1] }), `${name}-narrow`)
    share = conv(share, `${name}-excite`, { filters: wide, kernel: [1, 1] })
    share = layers.activation({ name: `${name}-share`, activation: 'sigmoid' }).apply(share) as SymbolicTensor
    return layers.multiply({ name: `${name}-excited` }).apply([x, share]) as SymbolicTensor
  }
  const block = (x: SymbolicTensor, name: string, { fused, expansion, channels }: Stage, strides: Extent) => {
    const from = x.shape.at(-1) as number
    const wide = expansion * from
    let y = x
    if (fused) {
      // Without expansion the 3 × 3 convolution is all.
      y = activate(normed(y, `${name}-fused`, expansion === 1 ? channels : wide, [3, 3], strides), `${name}-fused`)
      if (expansion !== 1) y = normed(y, `${name}-project`, channels)
    } else {
      y = activate(normed(y, `${name}-expand`, wide), `${name}-expand`)
      y = norm(depthwise(y, `${name}-depthwise`, { kernel: [3, 3], strides, bias: false }), `${name}-depthwise`)
      y = excited(activate(y, `${name}-depthwise`), name, from / 4)
      y = normed(y, `${name}-project`, channels)
    }
    const same = from === channels && strides.every(step => step === 1)
    return same ? add(x, y, name) : y
  }
  const { input, picture } = pictureOf(tf, shape)
  let x = activate(norm(conv(picture, 'stem', { ...config.stem, bias: false }), 'stem'), 'stem')
  for (const [i, stage] of config.stages.entries()) {
    for (let j = 1; j <= stage.blocks; j++)
      x = block(x, `stage${i + 1}-block${j}`, stage, j === 1 ? stage.strides : [1, 1])
  }
  x = activate(normed(x, 'head', config.head), 'head')
  const pooled = layers.globalAveragePooling2d({ name: 'pool' }).apply(x) as SymbolicTensor
  return tf.model({ inputs: input, outputs: head(pooled, shape.labels, config.dropout), name: 'efficientnet-v2' })
}

/** An EfficientNetV2 on the picture of a record. */
export const efficientnetV2: Network = {
  name: 'efficientnet-v2',
  title: 'EfficientNetV2 on the record as a picture; 92 k parameters',
  task: 'ptbxl-superclass',
  recipe: pictureRecipe,
  build: (tf, shape, seed) => buildEfficientNetV2(small, tf, shape, seed),
}
