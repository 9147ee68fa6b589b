import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { random } from '../random.ts'
import type { Network } from './network.ts'

/** Channels of each of the four branches of an inception block. */
const BRANCH_FILTERS = 64

/**
 * inception-cnn with a pooled head instead of its 4 M flat one: 253,957 parameters for 12 leads and 5 labels.
 * The same four convolutions, the first with stride 2, then two inception blocks: what was spent on places in the record goes
 * into a wider view of it. Batch norm stands between convolution and ReLU, so that it folds exactly; max pooling follows the
 * ReLU, where int8 loses nothing. The head pools over time: windows may have any length.
 */
export const inceptionGap: Network = {
  name: 'inception-gap',
  title: 'four convolutions, two inception blocks, global average pooling; 254 k parameters',
  task: 'ptbxl-superclass',
  recipe: {
    epochs: 30,
    batchSize: 64,
    learningRate: 3e-3,
    schedule: 'one-cycle',
    weightDecay: 1e-4,
    augment: 'record',
    cropSamples: 250,
    auxiliary: 1,
  },
  build(tf, { samples, leads, labels }, seed): LayersModel {
    const { layers } = tf
    const stream = random(seed)
    const kernelInitializer = () => tf.initializers.glorotUniform({ seed: stream.integer(2 ** 31 - 1) })
    const conv = (x: SymbolicTensor, name: string, filters: number, kernelSize: number, strides = 1) => {
      const kernel = { filters, kernelSize, strides, padding: 'same', useBias: false } as const
      const sum = layers.conv1d({ name, ...kernel, kernelInitializer: kernelInitializer() }).apply(x)
      const norm = layers.batchNormalization({ name: `${name}-norm` }).apply(sum)
      return layers.reLU({ name: `${name}-relu` }).apply(norm as SymbolicTensor) as SymbolicTensor
    }
    const pool = (x: SymbolicTensor, name: string, poolSize = 2, strides = 2) =>
      layers.maxPooling1d({ name, poolSize, strides, padding: 'same' }).apply(x) as SymbolicTensor
    const block = (x: SymbolicTensor, name: string) => {
      const branches = [
        conv(x, `${name}-1`, BRANCH_FILTERS, 1),
        conv(conv(x, `${name}-3-reduce`, BRANCH_FILTERS, 1), `${name}-3`, BRANCH_FILTERS, 3),
        conv(conv(x, `${name}-5-reduce`, BRANCH_FILTERS, 1), `${name}-5`, BRANCH_FILTERS, 5),
        conv(pool(x, `${name}-pool`, 3, 1), `${name}-pool-project`, BRANCH_FILTERS, 1),
      ]
      return layers.concatenate({ name }).apply(branches) as SymbolicTensor
    }

    const input = tf.input({ shape: [samples, leads], name: 'ecg' })
    let x = conv(input, 'conv1', 32, 7, 2)
    x = pool(conv(x, 'conv2', 128, 5), 'conv2-pool')
    x = pool(conv(x, 'conv3', 64, 7), 'conv3-pool')
    x = pool(conv(x, 'conv4', 64, 5), 'conv4-pool')
    x = block(block(x, 'inception1'), 'inception2')
    x = layers.globalAveragePooling1d({ name: 'pool' }).apply(x) as SymbolicTensor
    x = layers.dropout({ name: 'dropout', rate: 0.3, seed: stream.integer(2 ** 31 - 1) }).apply(x) as SymbolicTensor
    const logits = layers.dense({ name: 'logits', units: labels, kernelInitializer: kernelInitializer() }).apply(x)
    return tf.model({ inputs: input, outputs: logits as SymbolicTensor, name: inceptionGap.name })
  },
}
