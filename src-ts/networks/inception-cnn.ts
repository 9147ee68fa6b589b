import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { random } from '../random.ts'
import type { Network } from './network.ts'

/** Channels of each of the four branches of the inception block. */
const BRANCH_FILTERS = 64

/**
 * Four convolutions, one inception block, three dense layers: 4,266,277 parameters for 12 leads, 1,000 samples and 5 labels,
 * of which 4,265,189 are trainable. Ends in logits: the sigmoid that this architecture has on its last layer is part of the loss.
 * Batch norm follows the activation (and the pooling), as published; the first dense layer holds 96 % of the parameters.
 */
export const inceptionCnn: Network = {
  name: 'inception-cnn',
  title: 'four convolutions, one inception block, a flat dense head; 4.3 M parameters',
  task: 'ptbxl-superclass',
  recipe: {
    epochs: 12,
    batchSize: 64,
    learningRate: 1.1e-3,
    schedule: 'one-cycle',
    weightDecay: 0,
    augment: 'record',
  },
  build(tf, { samples, leads, labels }, seed): LayersModel {
    const { layers } = tf
    const stream = random(seed)
    const kernelInitializer = () => tf.initializers.glorotUniform({ seed: stream.integer(2 ** 31 - 1) })
    const conv = (x: SymbolicTensor, name: string, filters: number, kernelSize: number) =>
      layers
        .conv1d({
          name,
          filters,
          kernelSize,
          padding: 'same',
          activation: 'relu',
          kernelInitializer: kernelInitializer(),
        })
        .apply(x) as SymbolicTensor
    const pool = (x: SymbolicTensor, name: string) =>
      layers.maxPooling1d({ name, poolSize: 2, strides: 2 }).apply(x) as SymbolicTensor
    const norm = (x: SymbolicTensor, name: string) => layers.batchNormalization({ name }).apply(x) as SymbolicTensor
    const dense = (x: SymbolicTensor, name: string, units: number, activation: 'relu' | 'linear' = 'relu') =>
      layers.dense({ name, units, activation, kernelInitializer: kernelInitializer() }).apply(x) as SymbolicTensor

    const input = tf.input({ shape: [samples, leads], name: 'ecg' })
    let x = norm(conv(input, 'conv1', 32, 7), 'conv1-norm')
    x = norm(pool(conv(x, 'conv2', 128, 5), 'conv2-pool'), 'conv2-norm')
    x = norm(pool(conv(x, 'conv3', 64, 7), 'conv3-pool'), 'conv3-norm')
    x = norm(pool(conv(x, 'conv4', 64, 5), 'conv4-pool'), 'conv4-norm')

    const pooled = layers.maxPooling1d({ name: 'inception-pool', poolSize: 3, strides: 1, padding: 'same' }).apply(x)
    const branches = [
      conv(x, 'inception-1', BRANCH_FILTERS, 1),
      conv(conv(x, 'inception-3-reduce', BRANCH_FILTERS, 1), 'inception-3', BRANCH_FILTERS, 3),
      conv(conv(x, 'inception-5-reduce', BRANCH_FILTERS, 1), 'inception-5', BRANCH_FILTERS, 5),
      conv(pooled as SymbolicTensor, 'inception-pool-project', BRANCH_FILTERS, 1),
    ]
    x = layers.concatenate({ name: 'inception' }).apply(branches) as SymbolicTensor
    x = layers.flatten({ name: 'flatten' }).apply(x) as SymbolicTensor
    x = norm(dense(x, 'dense1', 128), 'dense1-norm')
    x = norm(dense(x, 'dense2', 128), 'dense2-norm')
    return tf.model({ inputs: input, outputs: dense(x, 'logits', labels, 'linear'), name: inceptionCnn.name })
  },
}
