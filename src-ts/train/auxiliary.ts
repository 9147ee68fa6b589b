import { createHash } from 'node:crypto'
import type { Tensor2D } from '@tensorflow/tfjs'
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import type { Auxiliary } from '../ecg/datasets/dataset.ts'
import { HolterError } from '../errors.ts'
import { random } from '../random.ts'
import type { LossTerm } from './loss.ts'
import { streams } from './streams.ts'
import type { Tf } from './tf.ts'

/** A model with a second head, for the time of its training. */
export interface AuxiliaryHead {
  /** Outputs: the model's logits, then those of the auxiliary labels, [batch, labels] each. It shares the model's layers and weights. */
  readonly model: LayersModel
  /** Frees the second head; the model's own layers stay. */
  dispose(): void
}

/**
 * Returns a model with a second dense layer beside its last one, which learns the auxiliary labels from the same features
 * (multi-task learning: Caruana, Machine Learning 28, 1997). The model itself stays as it is, in size too. The seed fixes the first weights.
 */
export function auxiliaryHead(tf: Tf, model: LayersModel, labels: number, seed: number): AuxiliaryHead {
  const logits = model.outputs[0] as SymbolicTensor
  const last = logits.sourceLayer
  if (last.getClassName() !== 'Dense') {
    throw new HolterError({
      stage: 'train',
      where: `${model.name}, ${last.name}`,
      problem: 'auxiliary labels need a network whose last layer is dense, to stand a second one beside it',
      got: last.getClassName(),
      hint: 'Set --auxiliary to 0',
    })
  }
  const kernelInitializer = tf.initializers.glorotUniform({
    seed: random(seed, streams.auxiliary).integer(2 ** 31 - 1),
  })
  const head = tf.layers.dense({ name: 'auxiliary', units: labels, kernelInitializer })
  const own = head.apply(last.input as SymbolicTensor) as SymbolicTensor
  const both = tf.model({ inputs: model.inputs, outputs: [logits, own], name: model.name })
  return {
    model: both,
    dispose() {
      head.dispose()
    },
  }
}

/**
 * Returns the term of the auxiliary labels: binary cross-entropy, in which each of them counts `weight` times what one of the task's
 * labels counts in binaryCrossEntropy. Its name tells one table of auxiliary labels from another.
 */
export function auxiliaryLoss({ labels, targets }: Auxiliary, weight: number): LossTerm {
  const hash = createHash('sha256').update(labels.join('\n')).update(targets).digest('hex')
  return {
    name: `binary-cross-entropy of ${labels.length} auxiliary labels ${hash.slice(0, 16)}`,
    weight,
    value(tf, { logits, auxiliary }) {
      const mean = tf.losses.sigmoidCrossEntropy(auxiliary!.targets, auxiliary!.logits)
      return mean.mul(labels.length / (logits as Tensor2D).shape[1])
    },
  }
}
