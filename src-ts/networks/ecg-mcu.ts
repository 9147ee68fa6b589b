import type { Network } from './network.ts'
import { stridedCnn } from './strided-cnn.ts'

/**
 * The network for microcontrollers: 88,997 parameters for 12 leads and 5 labels, below 100,000.
 * Wider kernels than gap-cnn's where the time axis is long and channels are few, and a recipe of 2.5 s crops:
 * four times cheaper an epoch, and better than whole records.
 */
export const ecgMcu: Network = stridedCnn({
  name: 'ecg-mcu',
  title: 'strided convolutions for microcontrollers, trained on 2.5 s crops; 89 k parameters',
  task: 'ptbxl-superclass',
  recipe: {
    epochs: 75,
    batchSize: 64,
    learningRate: 4e-3,
    schedule: 'one-cycle',
    weightDecay: 5e-4,
    augment: true,
    cropSamples: 250,
  },
  convolutions: [
    { filters: 32, kernelSize: 7 },
    { filters: 48, kernelSize: 7 },
    { filters: 64, kernelSize: 5 },
    { filters: 96, kernelSize: 5 },
    { filters: 96, kernelSize: 3 },
  ],
  dropout: 0.5,
})
