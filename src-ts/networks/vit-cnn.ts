import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { beatLayers } from './beat-layers.ts'
import type { Network } from './network.ts'

/** Numbers of a patch, attention heads, and numbers in the middle of the encoder's two dense layers. */
const WIDTH = 48
const HEADS = 3
const HIDDEN = 128

/**
 * Convolutions that cut a beat into overlapping patches of eight samples, a transformer encoder over the patches, and a pooled head
 * (Dosovitskiy et al., ICLR 2021; convolutional patches: Xiao et al., NeurIPS 2021). Batch norm comes before each half of the encoder
 * where transformers have layer norm: it folds into the convolutions behind it, so that int8 needs no operator for it. The head keeps the
 * largest of three patches each and is flat, so that it sees where in the beat something stands. Queries, keys and values of a head are
 * convolutions of one sample of its own, so that attention needs no transpose.
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
    const { layers, initializers } = tf
    const { conv, relu, head, draw } = beatLayers(tf, seed)
    const depth = WIDTH / HEADS
    const norm = (x: SymbolicTensor, name: string) =>
      layers.batchNormalization({ name: `${name}-norm` }).apply(x) as SymbolicTensor
    /** A dense layer on each patch. `scale` multiplies the variance of the first weights. */
    const dense = (x: SymbolicTensor, name: string, filters: number, scale = 1) => {
      const seed = draw()
      const kernelInitializer = initializers.varianceScaling({ scale, mode: 'fanAvg', distribution: 'uniform', seed })
      return layers.conv1d({ name, filters, kernelSize: 1, kernelInitializer }).apply(x) as SymbolicTensor
    }
    const dot = (a: SymbolicTensor, b: SymbolicTensor, name: string, axes: number | [number, number]) =>
      layers.dot({ name, axes }).apply([a, b]) as SymbolicTensor
    const add = (a: SymbolicTensor, b: SymbolicTensor, name: string) =>
      layers.add({ name }).apply([a, b]) as SymbolicTensor
    const attend = (x: SymbolicTensor, name: string) => {
      // The first weights of the queries contain the division by √depth, which they then learn.
      const query = dense(x, `${name}-query`, depth, 1 / depth)
      const scores = dot(query, dense(x, `${name}-key`, depth), `${name}-scores`, 2)
      const shares = layers.softmax({ name: `${name}-shares`, axis: 2 }).apply(scores) as SymbolicTensor
      return dot(shares, dense(x, `${name}-value`, depth), name, [2, 1])
    }
    const encoder = (x: SymbolicTensor, name: string) => {
      const normed = norm(x, `${name}-attention`)
      const heads = Array.from({ length: HEADS }, (_, i) => attend(normed, `${name}-head${i + 1}`))
      const joined = layers.concatenate({ name: `${name}-heads` }).apply(heads) as SymbolicTensor
      const attended = add(x, dense(joined, `${name}-project`, WIDTH), `${name}-attended`)
      const hidden = relu(dense(norm(attended, `${name}-dense`), `${name}-hidden`, HIDDEN), `${name}-hidden`)
      return add(attended, dense(hidden, `${name}-narrow`, WIDTH), name)
    }
    const input = tf.input({ shape: [samples, leads], name: 'beat' })
    let x = relu(conv(input, 'patch1', { filters: 24, kernelSize: 7, strides: 2 }), 'patch1')
    x = relu(conv(x, 'patch2', { filters: 40, kernelSize: 5, strides: 2 }), 'patch2')
    x = conv(x, 'patch3', { filters: WIDTH, kernelSize: 3, strides: 2 })
    x = encoder(x, 'encoder')
    x = layers.maxPooling1d({ name: 'pool', poolSize: 3 }).apply(x) as SymbolicTensor
    x = layers.flatten({ name: 'flatten' }).apply(x) as SymbolicTensor
    return tf.model({ inputs: input, outputs: head(x, labels, 0.2), name: vitCnn.name })
  },
}
