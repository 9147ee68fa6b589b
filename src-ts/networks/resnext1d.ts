import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { beatLayers } from './beat-layers.ts'
import type { Network } from './network.ts'

/** Paths of a block, and channels of each path by block: four times as many leave the block. Each block halves the time axis. */
const CARDINALITY = 4
const PATH_CHANNELS = [16, 24]

/**
 * The residual network of beats with aggregated paths (Xie et al., CVPR 2017, form b): a block narrows its input to each of four paths, convolves
 * over five samples there, concatenates the paths and widens them to the sum. That is a grouped convolution, put together from
 * convolutions that every runtime has.
 */
export const resnext1d: Network = {
  name: 'resnext1d',
  title: 'two residual blocks of four paths each for beats; 55 k parameters',
  task: 'heartbeat',
  recipe: {
    epochs: 8,
    batchSize: 256,
    learningRate: 4e-3,
    schedule: 'one-cycle',
    weightDecay: 1e-5,
    augment: false,
  },
  build(tf, { samples, leads, labels }, seed): LayersModel {
    const { layers, initializers } = tf
    const { conv, relu, head, draw } = beatLayers(tf, seed)
    // Without a batch norm each: a third of the training time would go into them.
    const narrowing = { kernelSize: 1, activation: 'relu' } as const
    const path = (x: SymbolicTensor, name: string, filters: number) => {
      const kernelInitializer = initializers.glorotUniform({ seed: draw() })
      const narrow = layers.conv1d({ ...narrowing, name: `${name}-narrow`, filters, kernelInitializer }).apply(x)
      return relu(conv(narrow as SymbolicTensor, name, { filters, kernelSize: 5, strides: 2 }), name)
    }
    const block = (x: SymbolicTensor, name: string, channels: number) => {
      const filters = CARDINALITY * channels
      const paths = Array.from({ length: CARDINALITY }, (_, i) => path(x, `${name}-path${i + 1}`, channels))
      const joined = layers.concatenate({ name: `${name}-paths` }).apply(paths) as SymbolicTensor
      const sum = conv(joined, `${name}-wide`, { filters, kernelSize: 1 })
      const shortCut = conv(x, `${name}-short-cut`, { filters, kernelSize: 1, strides: 2 })
      return relu(layers.add({ name }).apply([sum, shortCut]) as SymbolicTensor, name)
    }
    const input = tf.input({ shape: [samples, leads], name: 'beat' })
    let x = relu(conv(input, 'stem', { filters: 32, kernelSize: 7, strides: 2 }), 'stem')
    x = layers.maxPooling1d({ name: 'stem-pool', poolSize: 2 }).apply(x) as SymbolicTensor
    for (const [i, channels] of PATH_CHANNELS.entries()) x = block(x, `block${i + 1}`, channels)
    x = layers.flatten({ name: 'flatten' }).apply(x) as SymbolicTensor
    return tf.model({ inputs: input, outputs: head(x, labels, 0.3), name: resnext1d.name })
  },
}
