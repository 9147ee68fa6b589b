import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { random } from '../random.ts'
import type { Network } from './network.ts'

/** Output channels and kernel length of the strided convolutions: each halves the time axis. */
const CONVOLUTIONS = [
  { filters: 32, kernelSize: 7 },
  { filters: 48, kernelSize: 5 },
  { filters: 64, kernelSize: 5 },
  { filters: 96, kernelSize: 3 },
  { filters: 96, kernelSize: 3 },
]

/**
 * Five strided convolutions and a pooled head: 73,637 parameters for 12 leads and 5 labels.
 * Batch norm stands between convolution and ReLU, so that it folds into the convolution exactly.
 * Because the head pools over time, a trained network takes windows of any length: it may train on crops.
 */
export const gapCnn: Network = {
  name: 'gap-cnn',
  title: 'five strided convolutions, global average pooling; 74 k parameters',
  task: 'ptbxl-superclass',
  recipe: {
    epochs: 12,
    batchSize: 64,
    learningRate: 4e-3,
    schedule: 'one-cycle',
    weightDecay: 1e-4,
    augment: true,
  },
  build(tf, { samples, leads, labels }, seed): LayersModel {
    const { layers } = tf
    const stream = random(seed)
    const kernelInitializer = () => tf.initializers.glorotUniform({ seed: stream.integer(2 ** 31 - 1) })
    const input = tf.input({ shape: [samples, leads], name: 'ecg' })
    let x = input
    const add = (layer: { apply(x: SymbolicTensor): unknown }) => {
      x = layer.apply(x) as SymbolicTensor
    }
    for (const [i, { filters, kernelSize }] of CONVOLUTIONS.entries()) {
      const name = `conv${i + 1}`
      const kernel = { kernelSize, filters, strides: 2, padding: 'same', useBias: false } as const
      add(layers.conv1d({ ...kernel, kernelInitializer: kernelInitializer(), name }))
      add(layers.batchNormalization({ name: `${name}-norm` }))
      add(layers.reLU({ name: `${name}-relu` }))
    }
    add(layers.globalAveragePooling1d({ name: 'pool' }))
    add(layers.dropout({ rate: 0.3, seed: stream.integer(2 ** 31 - 1), name: 'dropout' }))
    add(layers.dense({ units: labels, kernelInitializer: kernelInitializer(), name: 'logits' }))
    return tf.model({ inputs: input, outputs: x, name: gapCnn.name })
  },
}
