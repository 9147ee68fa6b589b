import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import { random } from '../random.ts'
import type { Layers } from './network.ts'

/** A convolution along time. */
export interface Convolution {
  readonly filters: number
  readonly kernelSize: number
  readonly strides?: number
}

/** What the networks of beats are put together from; every layer has a name of its own, and every kernel a seed of its own. */
export interface BeatLayers {
  /** The next seed of the network's stream. */
  draw(): number
  /** Convolution and batch norm: one convolution after export. */
  conv(x: SymbolicTensor, name: string, convolution: Convolution): SymbolicTensor
  relu(x: SymbolicTensor, name: string): SymbolicTensor
  /** Dropout and the dense layer of the logits. */
  head(x: SymbolicTensor, labels: number, rate: number): SymbolicTensor
}

/** Returns the layers of a network whose seed is given. */
export function beatLayers({ layers, initializers }: Layers, seed: number): BeatLayers {
  const stream = random(seed)
  const draw = () => stream.integer(2 ** 31 - 1)
  const kernelInitializer = () => initializers.glorotUniform({ seed: draw() })
  return {
    draw,
    conv(x, name, { filters, kernelSize, strides = 1 }) {
      const kernel = { filters, kernelSize, strides, padding: 'same', useBias: false } as const
      const sum = layers.conv1d({ name, ...kernel, kernelInitializer: kernelInitializer() }).apply(x)
      return layers.batchNormalization({ name: `${name}-norm` }).apply(sum as SymbolicTensor) as SymbolicTensor
    },
    relu: (x, name) => layers.reLU({ name: `${name}-relu` }).apply(x) as SymbolicTensor,
    head(x, labels, rate) {
      const kept = layers.dropout({ name: 'dropout', rate, seed: draw() }).apply(x)
      const logits = layers.dense({ name: 'logits', units: labels, kernelInitializer: kernelInitializer() }).apply(kept)
      return logits as SymbolicTensor
    },
  }
}
