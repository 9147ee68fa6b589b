import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { beatLayers } from './beat-layers.ts'
import type { Network } from './network.ts'

/** Convolutions, each of which halves the time axis. */
const CONVOLUTIONS = [
  { filters: 24, kernelSize: 7 },
  { filters: 40, kernelSize: 5 },
  { filters: 64, kernelSize: 5 },
  { filters: 96, kernelSize: 3 },
]
/** How much narrower the middle of an attention is than its channels. */
const REDUCTION = 4

/**
 * Strided convolutions with attention over channels (squeeze and excitation: Hu et al., CVPR 2018): the mean of each channel over time says, through
 * two dense layers and a sigmoid, by how much each channel counts in this beat.
 */
export const attentionCnn: Network = {
  name: 'attention-cnn',
  title: 'strided convolutions with squeeze and excitation for beats; 51 k parameters',
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
    const { layers, initializers } = tf
    const { conv, relu, head, draw } = beatLayers(tf, seed)
    const dense = (x: SymbolicTensor, name: string, units: number, activation: 'relu' | 'linear') => {
      const kernelInitializer = initializers.glorotUniform({ seed: draw() })
      return layers.dense({ name, units, activation, kernelInitializer }).apply(x) as SymbolicTensor
    }
    const attend = (x: SymbolicTensor, name: string, channels: number) => {
      const squeezed = layers.globalAveragePooling1d({ name: `${name}-squeeze` }).apply(x) as SymbolicTensor
      const narrow = dense(squeezed, `${name}-narrow`, channels / REDUCTION, 'relu')
      const wide = dense(narrow, `${name}-excite`, channels, 'linear')
      const gate = layers.activation({ name: `${name}-gate`, activation: 'sigmoid' }).apply(wide)
      const row = layers.reshape({ name: `${name}-row`, targetShape: [1, channels] }).apply(gate) as SymbolicTensor
      return layers.multiply({ name: `${name}-attention` }).apply([x, row]) as SymbolicTensor
    }
    const input = tf.input({ shape: [samples, leads], name: 'beat' })
    let x = input
    for (const [i, { filters, kernelSize }] of CONVOLUTIONS.entries()) {
      const name = `conv${i + 1}`
      x = attend(relu(conv(x, name, { filters, kernelSize, strides: 2 }), name), name, filters)
    }
    x = layers.flatten({ name: 'flatten' }).apply(x) as SymbolicTensor
    return tf.model({ inputs: input, outputs: head(x, labels, 0.3), name: attentionCnn.name })
  },
}
