import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { random } from '../random.ts'
import type { Network } from './network.ts'

/** Samples that every convolution sees: 0.1 s in the first. */
const KERNEL_SIZE = 10
/** Share of channels' values dropped after each pooling, and of the pooled features. */
const DROPOUT = 0.2

/** What tells teacher and student apart. */
export interface Cnn1d extends Omit<Network, 'build'> {
  /** Output channels of the convolutions, from the input on. */
  readonly channels: readonly number[]
}

/**
 * Returns a plain one-dimensional network: convolutions of ten samples without padding, each followed by batch norm, ReLU and
 * max pooling by two; then an average over time and a dense layer that ends in logits.
 */
export function cnn1d({ channels, ...network }: Cnn1d): Network {
  return {
    ...network,
    build(tf, { samples, leads, labels }, seed): LayersModel {
      const { layers } = tf
      const stream = random(seed)
      const draw = () => stream.integer(2 ** 31 - 1)
      const kernelInitializer = () => tf.initializers.glorotUniform({ seed: draw() })
      const input = tf.input({ shape: [samples, leads], name: 'ecg' })
      let x = input
      const add = (layer: { apply(x: SymbolicTensor): unknown }) => {
        x = layer.apply(x) as SymbolicTensor
      }
      for (const [i, filters] of channels.entries()) {
        const name = `conv${i + 1}`
        add(layers.conv1d({ name, filters, kernelSize: KERNEL_SIZE, kernelInitializer: kernelInitializer() }))
        add(layers.batchNormalization({ name: `${name}-norm` }))
        add(layers.reLU({ name: `${name}-relu` }))
        add(layers.maxPooling1d({ name: `${name}-pool`, poolSize: 2, strides: 2 }))
        add(layers.dropout({ name: `${name}-dropout`, rate: DROPOUT, seed: draw() }))
      }
      add(layers.globalAveragePooling1d({ name: 'pool' }))
      add(layers.dropout({ name: 'dropout', rate: DROPOUT, seed: draw() }))
      add(layers.dense({ name: 'logits', units: labels, kernelInitializer: kernelInitializer() }))
      return tf.model({ inputs: input, outputs: x, name: network.name })
    },
  }
}
