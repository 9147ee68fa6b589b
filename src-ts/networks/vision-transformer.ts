import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { type ImageConvolution, imageLayers, pictureOf } from './image-layers.ts'
import type { Layers, NetworkShape } from './network.ts'
import { ownLayers } from './own-layers.ts'
import { encoder } from './transformer.ts'

/** Sizes of a vision transformer. */
export interface VisionTransformer {
  readonly name: string
  /** Convolutions that make the patches. The last one's filters are the width of the encoder. */
  readonly patches: readonly ImageConvolution[]
  /** Between them, default GELU. */
  readonly between?: 'gelu' | 'relu'
  readonly heads: number
  readonly hidden: number
  readonly depth: number
  readonly dropout: number
  /** Distils into a token and logits of its own (DeiT). */
  readonly distilled?: boolean
}

/** Logits of the class token and of the distillation token, which DeiT learns from labels and from teachers; their mean is its answer. */
export const TOKEN_LOGITS = { labels: 'class-logits', teachers: 'distilled-logits' } as const

/**
 * Returns a vision transformer (Dosovitskiy et al., ICLR 2021): patches, a class token in front of them, learned positions, pre-norm encoder
 * blocks, and logits from the class token. A token is a place of zeros to which its position is added: its learned numbers are there. With
 * `distilled` a second token has logits of its own (Touvron et al., ICML 2021).
 */
export function visionTransformer(
  config: VisionTransformer,
  tf: Layers,
  shape: NetworkShape,
  seed: number,
): LayersModel {
  const { name, patches, between = 'gelu', heads, hidden, depth, dropout, distilled } = config
  const { layers } = tf
  const { conv, draw, head } = imageLayers(tf, seed)
  const norm = (x: SymbolicTensor, name: string) =>
    layers.layerNormalization({ name, epsilon: 1e-6 }).apply(x) as SymbolicTensor
  const activate = (x: SymbolicTensor, name: string, kind: 'gelu' | 'relu') =>
    layers.activation({ name: `${name}-${kind}`, activation: kind as never }).apply(x) as SymbolicTensor
  const activation = (x: SymbolicTensor, name: string) => activate(x, name, 'gelu')
  const { input, picture } = pictureOf(tf, shape)
  let x = picture
  for (const [i, patch] of patches.entries()) {
    const name = `patch${i + 1}`
    x = conv(i === 0 ? x : activate(x, `patch${i}`, between), name, patch)
  }
  const [, rows, columns, width] = x.shape as number[]
  const tokens = distilled ? 2 : 1
  const places = rows * columns
  x = layers.reshape({ name: 'places', targetShape: [places, 1, width] }).apply(x) as SymbolicTensor
  const padding = [
    [tokens, 0],
    [0, 0],
  ] as [[number, number], [number, number]]
  x = layers.zeroPadding2d({ name: 'tokens', padding }).apply(x) as SymbolicTensor
  x = layers.reshape({ name: 'sequence', targetShape: [tokens + places, width] }).apply(x) as SymbolicTensor
  x = ownLayers(tf).positions({ name: 'positions', seed: draw() }).apply(x) as SymbolicTensor
  for (let i = 1; i <= depth; i++) x = encoder(tf, x, `encoder${i}`, { width, heads, hidden, norm, activation, draw })
  x = norm(x, 'norm')
  x = layers.reshape({ name: 'upright', targetShape: [tokens + places, 1, width] }).apply(x) as SymbolicTensor
  const pick = (token: number, name: string) => {
    const cropping = [
      [token, tokens + places - 1 - token],
      [0, 0],
    ] as [[number, number], [number, number]]
    const row = layers.cropping2D({ name, cropping }).apply(x)
    return layers.flatten({ name: `${name}-flat` }).apply(row as SymbolicTensor) as SymbolicTensor
  }
  if (!distilled) return tf.model({ inputs: input, outputs: head(pick(0, 'class'), shape.labels, dropout), name })
  const answers = [
    head(pick(0, 'class'), shape.labels, dropout, TOKEN_LOGITS.labels),
    head(pick(1, 'distilled'), shape.labels, dropout, TOKEN_LOGITS.teachers),
  ]
  return tf.model({ inputs: input, outputs: layers.average({ name: 'logits' }).apply(answers) as SymbolicTensor, name })
}
