import type { LayersModel } from '@tensorflow/tfjs-layers'
import { DRAWING } from '../ecg/datasets/drawn.ts'

/** The part of tfjs that builds layers; passed in, because only train/ may load the native library. */
export type Layers = typeof import('@tensorflow/tfjs')

/** A network of the zoo. Every model ends in logits: the sigmoid is applied in the loss and in the evaluation, once. */
export interface Network {
  /** kebab-case, equal to the file's name. */
  readonly name: string
  /** One line for --help. */
  readonly title: string
  /** Task that it was made for. */
  readonly task: string
  /** Defaults of its training. */
  readonly recipe: Recipe
  /** Sees records as drawings on ECG paper (ecg/datasets/drawn.ts), not as signals. */
  readonly drawn?: boolean
  /** Layers whose logits labels and teachers teach, each their own, when there are teachers (train/distill.ts). Default: the network's. */
  readonly taughtAt?: { readonly labels: string; readonly teachers: string }
  /**
   * Input [samples, leads], of images [samples, width, leads], and, where the task has features, [features]; output [labels] logits.
   * `seed` fixes every initializer.
   */
  build(tf: Layers, shape: NetworkShape, seed: number): LayersModel
}

export interface NetworkShape {
  /** Of an image its rows. */
  readonly samples: number
  /** Columns of an image; absent where records are signals. */
  readonly width?: number
  /** Of an image its channels. */
  readonly leads: number
  readonly labels: number
  /** Numbers in the second input; without it there is one input. */
  readonly features?: number
}

export interface Recipe {
  readonly epochs: number
  readonly batchSize: number
  /** Peak learning rate of Adam. */
  readonly learningRate: number
  readonly schedule: 'one-cycle' | 'cosine' | 'constant'
  /** L2 weight decay added to the loss on convolution and dense kernels. */
  readonly weightDecay: number
  /** Which random distortions the training records get (train/augment.ts); none with false. */
  readonly augment: false | 'record' | 'beat'
  /** Trains on random windows of this many samples, tests on the whole record; for networks that pool over time at the end. */
  readonly cropSamples?: number
  /**
   * Decay of a running mean over the weights of all steps, below 1: the mean is what is validated and kept (train/weight-average.ts).
   * Without it, or with 0, the weights themselves are.
   */
  readonly averageDecay?: number
  /** Mixes each training record with another one by a share from Beta(x, x), x ≤ 1 (train/mixup.ts). Default 0: none. */
  readonly mixup?: number
  /** Largest Euclidean norm of all gradients together. */
  readonly clipNorm?: number
  /** Share of the steps in which a one-cycle rate rises, default .3. */
  readonly warmUp?: number
  /**
   * What each auxiliary label of the records counts in the loss, against 1 of a label of the task: a second head learns them in training
   * (train/auxiliary.ts). Default 0: none. Records without auxiliary labels are learned without.
   */
  readonly auxiliary?: number
  /** Weight of a class in the loss = frequency^−x, scaled to a mean of 1 over classes; for single-label tasks. Default 0: all alike. */
  readonly classBalance?: number
  /**
   * Trains on the validation records too and keeps the last epoch: for a final model, after all choices were made without it.
   * Nothing is then left to score on but the test split.
   */
  readonly includeValidation?: boolean
}

/** Returns the form of a task's records as a network sees them. */
export function networkShape(
  { labels, features, ...record }: RecordForm,
  { drawn }: Pick<Network, 'drawn'> = {},
): NetworkShape {
  const { samples, width, leads }: Pick<RecordForm, 'samples' | 'width' | 'leads'> = drawn ? DRAWING : record
  return {
    samples,
    ...(width && { width }),
    leads: leads.length,
    labels: labels.length,
    ...(features && { features: features.length }),
  }
}

/** What a task says of its records. */
interface RecordForm {
  readonly samples: number
  readonly width?: number
  readonly leads: readonly string[]
  readonly labels: readonly string[]
  readonly features?: readonly string[]
}
