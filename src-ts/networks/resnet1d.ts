import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { beatLayers } from './beat-layers.ts'
import type { Network } from './network.ts'

/** Channels of the stem and of each residual block; all of them halve the time axis. */
const STEM = 24
const BLOCKS = [32, 48, 64]

/**
 * The residual network of beats: a stem and three blocks of two convolutions of three samples, as in He et al. (CVPR 2016), with a convolution
 * of one sample on the short cut. The head is flat: where in the beat something stands says much.
 */
export const resnet1d: Network = {
  name: 'resnet1d',
  title: 'three residual blocks for beats; 50 k parameters',
  task: 'heartbeat',
  recipe: {
    epochs: 12,
    batchSize: 256,
    learningRate: 4e-3,
    schedule: 'one-cycle',
    weightDecay: 1e-5,
    augment: false,
  },
  build(tf, { samples, leads, labels }, seed): LayersModel {
    const { layers } = tf
    const { conv, relu, head } = beatLayers(tf, seed)
    const block = (x: SymbolicTensor, name: string, filters: number) => {
      const first = relu(conv(x, `${name}-1`, { filters, kernelSize: 3, strides: 2 }), `${name}-1`)
      const second = conv(first, `${name}-2`, { filters, kernelSize: 3 })
      const shortCut = conv(x, `${name}-short-cut`, { filters, kernelSize: 1, strides: 2 })
      return relu(layers.add({ name }).apply([second, shortCut]) as SymbolicTensor, name)
    }
    const input = tf.input({ shape: [samples, leads], name: 'beat' })
    let x = relu(conv(input, 'stem', { filters: STEM, kernelSize: 7, strides: 2 }), 'stem')
    for (const [i, filters] of BLOCKS.entries()) x = block(x, `block${i + 1}`, filters)
    x = layers.flatten({ name: 'flatten' }).apply(x) as SymbolicTensor
    return tf.model({ inputs: input, outputs: head(x, labels, 0.3), name: resnet1d.name })
  },
}
