import type { LayersModel } from '@tensorflow/tfjs-layers'

/** The part of tfjs that builds layers; passed in, because only train/ may load the native library. */
export type Layers = typeof import('@tensorflow/tfjs')

/** A network of the zoo. Every model ends in logits: the sigmoid stands in the loss and in the evaluation, once. */
export interface Network {
  /** kebab-case, equal to the file's name. */
  readonly name: string
  /** One line for --help. */
  readonly title: string
  /** Task that it was made for. */
  readonly task: string
  /** Defaults of its training. */
  readonly recipe: Recipe
  /** Input [samples, leads], output [labels] logits. `seed` fixes every initializer. */
  build(tf: Layers, shape: { samples: number; leads: number; labels: number }, seed: number): LayersModel
}

export interface Recipe {
  readonly epochs: number
  readonly batchSize: number
  /** Peak learning rate of Adam. */
  readonly learningRate: number
  readonly schedule: 'one-cycle' | 'cosine' | 'constant'
  /** L2 weight decay added to the loss on convolution and dense kernels. */
  readonly weightDecay: number
  readonly augment: boolean
  /** Trains on random windows of this many samples, tests on the whole record; for networks that pool over time at the end. */
  readonly cropSamples?: number
  /** Largest Euclidean norm of all gradients together. */
  readonly clipNorm?: number
}
