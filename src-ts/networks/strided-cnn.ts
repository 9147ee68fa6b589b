import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { random } from '../random.ts'
import type { Network } from './network.ts'
import { ownLayers } from './own-layers.ts'

/** A convolution of a strided network. */
export interface StridedConvolution {
  readonly filters: number
  readonly kernelSize: number
  /** Default 2: it halves the time axis. */
  readonly strides?: number
}

/** What tells one strided network from another. */
export interface StridedCnn extends Omit<Network, 'build'> {
  readonly convolutions: readonly StridedConvolution[]
  /** Share of the pooled features that a training step drops. */
  readonly dropout: number
  /** With 'valid' no feature sees the zeros beyond the record's ends, so that the network can be streamed (passes/streaming). Default 'same'. */
  readonly padding?: 'same' | 'valid'
  /** Resamples the record to so many samples first, bilinearly, as the networks of pictures do. */
  readonly resampled?: number
}

/**
 * Returns a network of strided convolutions with a pooled head, which ends in logits.
 * Batch norm stands between convolution and ReLU, so that it folds into the convolution exactly.
 * Because the head pools over time, a trained network takes windows of any length: it may train on crops.
 */
export function stridedCnn({ convolutions, dropout, padding = 'same', resampled, ...network }: StridedCnn): Network {
  return {
    ...network,
    build(tf, { samples, leads, labels }, seed): LayersModel {
      const { layers } = tf
      const stream = random(seed)
      const kernelInitializer = () => tf.initializers.glorotUniform({ seed: stream.integer(2 ** 31 - 1) })
      const input = tf.input({ shape: [samples, leads], name: 'ecg' })
      let x: SymbolicTensor = input
      const add = (layer: { apply(x: SymbolicTensor): unknown }) => {
        x = layer.apply(x) as SymbolicTensor
      }
      if (resampled) {
        add(layers.reshape({ targetShape: [samples, leads, 1], name: 'matrix' }))
        add(ownLayers(tf).resize({ name: 'resampled', height: resampled, width: leads }))
        add(layers.reshape({ targetShape: [resampled, leads], name: 'signal' }))
      }
      for (const [i, { filters, kernelSize, strides = 2 }] of convolutions.entries()) {
        const name = `conv${i + 1}`
        const kernel = { kernelSize, filters, strides, padding, useBias: false } as const
        add(layers.conv1d({ ...kernel, kernelInitializer: kernelInitializer(), name }))
        add(layers.batchNormalization({ name: `${name}-norm` }))
        add(layers.reLU({ name: `${name}-relu` }))
      }
      add(layers.globalAveragePooling1d({ name: 'pool' }))
      add(layers.dropout({ rate: dropout, seed: stream.integer(2 ** 31 - 1), name: 'dropout' }))
      add(layers.dense({ units: labels, kernelInitializer: kernelInitializer(), name: 'logits' }))
      return tf.model({ inputs: input, outputs: x, name: network.name })
    },
  }
}
