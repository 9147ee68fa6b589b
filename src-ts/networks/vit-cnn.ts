import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { beatLayers } from './beat-layers.ts'
import type { Network } from './network.ts'
import { encoder } from './transformer.ts'

/** Numbers of a patch, attention heads, and numbers in the middle of the encoder's two dense layers. */
const WIDTH = 48
const HEADS = 3
const HIDDEN = 128

/**
 * Convolutions that cut a beat into overlapping patches of eight samples, a transformer encoder over the patches, and a pooled head
 * (Dosovitskiy et al., ICLR 2021; convolutional patches: Xiao et al., NeurIPS 2021). Batch norm comes before each half of the encoder
 * where transformers have layer norm: it folds into the convolutions behind it, so that int8 needs no operator for it. The head keeps the
 * largest of three patches each and is flat, so that it sees where in the beat something stands.
 */
export const vitCnn: Network = {
  name: 'vit-cnn',
  title: 'convolutional patches and a transformer encoder for beats; 35 k parameters',
  task: 'heartbeat',
  recipe: {
    epochs: 18,
    batchSize: 256,
    learningRate: 3e-3,
    schedule: 'one-cycle',
    weightDecay: 1e-5,
    augment: false,
  },
  build(tf, { samples, leads, labels }, seed): LayersModel {
    const { layers } = tf
    const { conv, relu, head, draw } = beatLayers(tf, seed)
    const norm = (x: SymbolicTensor, name: string) => layers.batchNormalization({ name }).apply(x) as SymbolicTensor
    const input = tf.input({ shape: [samples, leads], name: 'beat' })
    let x = relu(conv(input, 'patch1', { filters: 24, kernelSize: 7, strides: 2 }), 'patch1')
    x = relu(conv(x, 'patch2', { filters: 40, kernelSize: 5, strides: 2 }), 'patch2')
    x = conv(x, 'patch3', { filters: WIDTH, kernelSize: 3, strides: 2 })
    x = encoder(tf, x, 'encoder', { width: WIDTH, heads: HEADS, hidden: HIDDEN, norm, activation: relu, draw })
    x = layers.maxPooling1d({ name: 'pool', poolSize: 3 }).apply(x) as SymbolicTensor
    x = layers.flatten({ name: 'flatten' }).apply(x) as SymbolicTensor
    return tf.model({ inputs: input, outputs: head(x, labels, 0.2), name: vitCnn.name })
  },
}
