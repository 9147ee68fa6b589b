import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Weight } from '../model-weights.ts'
import type { Tf } from '../tf.ts'
import type { Masks } from './masks.ts'

/** At most `keep` of `of` neighbouring weights along the input channels live. */
export interface Pattern {
  readonly keep: number
  readonly of: number
}

/** How much is cut, and by what. */
export interface Amount {
  /** Share to cut, 0 … below 1. */
  readonly sparsity: number
  /** Other shares for layers, by their names. */
  readonly layers?: Readonly<Record<string, number>>
  /** Whether the share holds in each layer (default), or over all layers together, which then compete. */
  readonly scope?: Scope
  /** For the method nm, default 2:4. */
  readonly pattern?: Pattern
  /** For the method channels: what each is worth, default by L1. */
  readonly scores?: ChannelScores
}

export const scopes = ['layer', 'global'] as const
export type Scope = (typeof scopes)[number]

/**
 * What each channel that a layer makes is worth, by the layer's name (train/prune/channel-scores.ts). Of a channel with a batch norm that has
 * scores, these count.
 */
export type ChannelScores = ReadonlyMap<string, Float64Array>

/** Zeroes weights, which stay where they are: fewer bytes only for a kernel that packs them. */
export interface MaskMethod {
  readonly kind: 'masks'
  readonly name: string
  /** What goes, for --help. */
  readonly title: string
  /** Returns what of the kernels lives. Zeros of an earlier cut are cut first. */
  masks(kernels: readonly Weight[], amount: Amount): Masks
}

/** Takes channels out of the graph: fewer bytes, fewer MACs, whatever runs it. */
export interface ShrinkMethod {
  readonly kind: 'shrink'
  readonly name: string
  readonly title: string
  /** Returns a smaller model of the same layers; the given one stays as it is. */
  shrink(tf: Tf, model: LayersModel, amount: Amount): Promise<LayersModel>
}

export type PruneMethod = MaskMethod | ShrinkMethod
