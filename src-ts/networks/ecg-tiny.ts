import type { Network } from './network.ts'
import { stridedCnn } from './strided-cnn.ts'

/** The smallest network for 12 leads: 28,389 parameters for 5 labels, below 30,000; trained on 2.5 s crops. */
export const ecgTiny: Network = stridedCnn({
  name: 'ecg-tiny',
  title: 'strided convolutions for small microcontrollers, trained on 2.5 s crops; 28 k parameters',
  task: 'ptbxl-superclass',
  recipe: {
    epochs: 100,
    batchSize: 64,
    learningRate: 4e-3,
    schedule: 'one-cycle',
    weightDecay: 1e-4,
    augment: 'record',
    cropSamples: 250,
    auxiliary: 1,
  },
  convolutions: [
    { filters: 24, kernelSize: 7 },
    { filters: 32, kernelSize: 5 },
    { filters: 40, kernelSize: 5 },
    { filters: 48, kernelSize: 3 },
    { filters: 64, kernelSize: 3 },
  ],
  dropout: 0.3,
})
