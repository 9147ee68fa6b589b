import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { HolterError } from '../errors.ts'
import { beatLayers } from './beat-layers.ts'
import type { Network } from './network.ts'

/** Filters and kernel of each convolution; each halves the time axis. */
const CONVOLUTIONS = [
  [24, 9],
  [32, 7],
  [40, 5],
  [48, 3],
] as const

/** Units of the hidden layers that see the numbers. */
const FEATURE_UNITS = [32, 24]
/** N and S: they look alike, and are told apart by the numbers alone, most of them of the rhythm, not by the waveform. */
const RHYTHM_LABELS = 2

/**
 * The network of beats between patients: a convolutional branch looks at the beat, a small dense one at its place in the rhythm, and their
 * logits of V and F are added. In training the convolutional logits of every second beat are dropped, so that the dense branch learns to stand alone:
 * what a beat looks like is of the patient, how early it comes is not. With both in one hidden layer, early beats of new patients are missed.
 */
export const beatRr: Network = {
  name: 'beat-rr',
  title: 'beat window and RR intervals of MIT-BIH, two branches, whose logits of V and F are added; 23 k parameters',
  task: 'mitbih-aami',
  recipe: {
    epochs: 4,
    batchSize: 256,
    learningRate: 5e-3,
    schedule: 'one-cycle',
    warmUp: 0.2,
    weightDecay: 1e-4,
    clipNorm: 5,
    classBalance: 0.1,
    augment: 'beat',
    includeValidation: true,
  },
  build(tf, { samples, leads, labels, features }, seed): LayersModel {
    if (features === undefined) {
      throw new HolterError({
        stage: 'train',
        where: 'beat-rr',
        problem: 'the network takes features beside the signal, which the task does not have',
        hint: 'Use it with a task of beats, such as mitbih-aami',
      })
    }
    const { layers } = tf
    const { conv, relu, draw } = beatLayers(tf, seed)
    const kernelInitializer = () => tf.initializers.glorotUniform({ seed: draw() })
    const then = (x: SymbolicTensor | SymbolicTensor[], ...all: { apply(x: unknown): unknown }[]) =>
      all.reduce((value, layer) => layer.apply(value) as SymbolicTensor, x) as SymbolicTensor
    const dense = (units: number, name: string, activation: 'relu' | 'linear' = 'relu') =>
      layers.dense({ units, activation, kernelInitializer: kernelInitializer(), name })
    const dropout = (rate: number, name: string) => layers.dropout({ rate, seed: draw(), name })

    const beat = tf.input({ shape: [samples, leads], name: 'beat' })
    let x = beat
    for (const [i, [filters, kernelSize]] of CONVOLUTIONS.entries()) {
      const name = `conv${i + 1}`
      x = relu(conv(x, name, { filters, kernelSize, strides: 2 }), name)
    }
    const pools = [
      then(x, layers.globalAveragePooling1d({ name: 'average' })),
      then(x, layers.globalMaxPooling1d({ name: 'maximum' })),
    ]
    const looks = then(
      pools,
      layers.concatenate({ name: 'pools' }),
      dropout(0.3, 'pools-dropout'),
      dense(32, 'looks'),
      dropout(0.3, 'looks-dropout'),
      dense(labels - RHYTHM_LABELS, 'looks-logits', 'linear'),
      // One draw a beat, not one a logit.
      layers.dropout({ rate: 0.5, noiseShape: [null as unknown as number, 1], seed: draw(), name: 'looks-away' }),
    )
    const numbers = tf.input({ shape: [features], name: 'features' })
    let y = numbers
    for (const [i, units] of FEATURE_UNITS.entries())
      y = then(y, dense(units, `rhythm${i + 1}`), dropout(0.2, `rhythm${i + 1}-dropout`))
    const timed = then(y, dense(RHYTHM_LABELS, 'timed-logits', 'linear'))
    const rhythm = then(y, dense(labels - RHYTHM_LABELS, 'rhythm-logits', 'linear'))
    const both = then([looks, rhythm], layers.add({ name: 'sum' }))
    const logits = then([timed, both], layers.concatenate({ name: 'logits' }))
    return tf.model({ inputs: [beat, numbers], outputs: logits, name: beatRr.name })
  },
}
