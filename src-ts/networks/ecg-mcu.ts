import type { Network } from './network.ts'
import { stridedCnn } from './strided-cnn.ts'

/**
 * The network for microcontrollers: 47,941 parameters for 12 leads and 5 labels, below 100,000; trained on 2.5 s crops.
 * Slimmer than it may be: on 3,306 records, 88,997 parameters with longer kernels (7 7 5 5 3) overfitted from the thirtieth epoch
 * on and scored lower (.925 on fold 9; .924 with five times the weight decay and dropout of a half; one seed each).
 */
export const ecgMcu: Network = stridedCnn({
  name: 'ecg-mcu',
  title: 'strided convolutions for microcontrollers, trained on 2.5 s crops; 48 k parameters',
  task: 'ptbxl-superclass',
  recipe: {
    epochs: 75,
    batchSize: 64,
    learningRate: 4e-3,
    schedule: 'one-cycle',
    weightDecay: 1e-4,
    augment: 'record',
    cropSamples: 250,
    auxiliary: 1,
  },
  convolutions: [
    { filters: 32, kernelSize: 7 },
    { filters: 40, kernelSize: 5 },
    { filters: 48, kernelSize: 5 },
    { filters: 64, kernelSize: 3 },
    { filters: 96, kernelSize: 3 },
  ],
  dropout: 0.3,
})
