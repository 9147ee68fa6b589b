import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import type { Dataset, SplitName } from '../../src-ts/ecg/datasets/dataset.ts'
import type { Layers, Recipe } from '../../src-ts/networks/network.ts'
import { random } from '../../src-ts/random.ts'

const SAMPLES = 64
const LEADS = 2
const LABELS = ['slow', 'middle', 'fast']
/** Cycles per record of each label's sine. */
const CYCLES = [3, 8, 17]
/** What the records tell beside their labels. */
const AUXILIARY = ['more than one', 'none']

/** Returns records that are sums of sines in noise, one frequency per label: learnable in a second, not trivially. */
export function sineClasses(split: SplitName, length: number, seed = 1): Dataset {
  const stream = random(seed, split.length)
  const targets = Uint8Array.from({ length: length * LABELS.length }, () => Number(stream.uniform() < 0.4))
  const signals = new Float32Array(length * SAMPLES * LEADS)
  for (let record = 0; record < length; record++) {
    const phases = Array.from({ length: LABELS.length * LEADS }, () => 2 * Math.PI * stream.uniform())
    for (let i = 0; i < SAMPLES * LEADS; i++) {
      let value = 0.5 * stream.normal()
      for (const [label, cycles] of CYCLES.entries()) {
        const phase = phases[label * LEADS + (i % LEADS)]
        const t = Math.floor(i / LEADS) / SAMPLES
        value += targets[record * LABELS.length + label] * Math.sin(2 * Math.PI * cycles * t + phase)
      }
      signals[record * SAMPLES * LEADS + i] = value
    }
  }
  const counts = Array.from({ length }, (_, record) =>
    targets.subarray(record * LABELS.length, (record + 1) * LABELS.length).reduce((sum, target) => sum + target, 0),
  )
  return {
    name: 'sine-classes',
    synthetic: true,
    kind: 'multi-label',
    split,
    length,
    samples: SAMPLES,
    sampleRateHz: 64,
    leads: ['A', 'B'],
    labels: LABELS,
    targets,
    auxiliary: {
      labels: AUXILIARY,
      targets: Uint8Array.from(counts.flatMap(count => [Number(count > 1), Number(count === 0)])),
    },
    records: Array.from({ length }, (_, i) => ({ id: `${i}`, patient: `${i}`, fold: split === 'train' ? 1 : 9 })),
    read: (index, out, at) => out.set(signals.subarray(index * SAMPLES * LEADS, (index + 1) * SAMPLES * LEADS), at),
  }
}

/** Returns an untrained network for these records with every kind of layer that training treats specially: 8 and 8 channels, pooled. */
export function tinyNetwork(tf: Layers, seed: number): LayersModel {
  const stream = random(seed)
  const kernelInitializer = () => tf.initializers.glorotUniform({ seed: stream.integer(2 ** 31 - 1) })
  const input = tf.input({ name: 'sines', shape: [SAMPLES, LEADS] })
  let x: SymbolicTensor = input
  for (const name of ['conv1', 'conv2']) {
    const kernel = { filters: 8, kernelSize: 5, strides: 2, padding: 'same', useBias: false } as const
    x = tf.layers.conv1d({ name, ...kernel, kernelInitializer: kernelInitializer() }).apply(x) as SymbolicTensor
    x = tf.layers.batchNormalization({ name: `${name}-norm`, momentum: 0.9 }).apply(x) as SymbolicTensor
    x = tf.layers.reLU({ name: `${name}-relu` }).apply(x) as SymbolicTensor
  }
  x = tf.layers.globalAveragePooling1d({ name: 'pool' }).apply(x) as SymbolicTensor
  x = tf.layers.dropout({ name: 'dropout', rate: 0.2, seed: 7 }).apply(x) as SymbolicTensor
  const logits = tf.layers.dense({ name: 'logits', units: LABELS.length, kernelInitializer: kernelInitializer() })
  return tf.model({ inputs: input, outputs: logits.apply(x) as SymbolicTensor, name: 'tiny' })
}

/** Returns an untrained network whose convolution needs windows of at least 5 samples. */
export function unpaddedNetwork(tf: Layers): LayersModel {
  const layers = [
    tf.layers.conv1d({ filters: 4, kernelSize: 5, padding: 'valid', inputShape: [SAMPLES, LEADS] }),
    tf.layers.globalAveragePooling1d(),
    tf.layers.dense({ units: LABELS.length }),
  ]
  return tf.sequential({ name: 'unpadded', layers })
}

export const tinyRecipe: Recipe = {
  epochs: 4,
  batchSize: 16,
  learningRate: 0.02,
  schedule: 'one-cycle',
  weightDecay: 1e-4,
  augment: 'record',
}

/** Everything of a recipe that a checkpoint must carry over a kill. */
export const everythingRecipe: Recipe = { ...tinyRecipe, averageDecay: 0.9, mixup: 0.3, auxiliary: 0.5 }

export const noScaling = { mean: 0, deviation: 1 }
